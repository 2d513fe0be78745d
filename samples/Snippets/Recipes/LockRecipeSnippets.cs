using AsyncKit.Testing;

namespace AsyncKit.Snippets.Recipes;

public class LockRecipeSnippets
{
    #region recipe-lock
    [Fact]
    public Task AWaiterWhoGivesUp_TakesNothing_AndTheOthersKeepTheirOrder() => AsyncTest.RunAsync(async env =>
    {
        var gate = new SemaphoreSlim(initialCount: 1, maxCount: 1);
        var inside = 0;
        List<string> entered = [];
        env.Always(() => inside <= 1, "at most one is inside");
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), env.Time);

        Task ann = env.Start("Ann", () => PrintAsync("Ann"));
        Task bob = env.Start("Bob", () => PrintAsync("Bob", patience.Token));
        Task cem = env.Start("Cem", () => PrintAsync("Cem"));
        Task dora = env.Start("Dora", () => PrintAsync("Dora"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bob);
        Assert.Equal(TimeSpan.FromSeconds(1), env.Elapsed);
        await Task.WhenAll(ann, cem, dora);

        Assert.Equal(["Ann", "Cem", "Dora"], entered);
        Assert.Equal(TimeSpan.FromSeconds(3 * 2), env.Elapsed);
        Assert.Equal(1, gate.CurrentCount);

        async Task PrintAsync(string name, CancellationToken cancellationToken = default)
        {
            await gate.WaitAsync(cancellationToken);
            try
            {
                inside++;
                entered.Add(name);
                await env.DelayAsync(TimeSpan.FromSeconds(2), cancellationToken);
            }
            finally
            {
                inside--;
                gate.Release();
            }
        }
    });
    #endregion
}
