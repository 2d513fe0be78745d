using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncAutoResetEventSnippets
{
    [Fact]
    public Task AFile_IsSavedOnce_ForAnyNumberOfChangesMeanwhile() => AsyncTest.RunAsync(async env =>
    {
        var saves = 0;

        async Task SaveAsync(CancellationToken token)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1), token);
            saves++;
        }

        #region async-auto-reset-event
        var changed = new AsyncAutoResetEvent(name: "changed");

        // One signal is kept: however many changes come while it saves, it saves once more.
        async Task SaveChangesAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                await changed.WaitAsync(cancellationToken);
                await SaveAsync(cancellationToken);
            }
        }
        #endregion

        env.Background("saver", SaveChangesAsync);
        changed.Set();
        await env.IdleAsync();
        for (var change = 0; change < 100; change++) changed.Set();
        await env.DelayAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(2, saves);
    });
}
