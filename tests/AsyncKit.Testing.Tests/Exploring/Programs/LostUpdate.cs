namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Goods are taken in and sold at the same time; the stock is read before an await and written after
/// it.</summary>
internal static class LostUpdate
{
    public static Task BuggyAsync(TestEnv env)
    {
        var stock = new Stock();
        return RunAsync(env, stock, stock.ChangeAsync);
    }

    public static Task CorrectAsync(TestEnv env)
    {
        var stock = new Stock();
        var oneAtATime = new SemaphoreSlim(1);
        return RunAsync(env, stock, async change =>
        {
            await oneAtATime.WaitAsync();
            try
            {
                await stock.ChangeAsync(change);
            }
            finally
            {
                oneAtATime.Release();
            }
        });
    }

    private static async Task RunAsync(TestEnv env, Stock stock, Func<int, Task> changeAsync)
    {
        Task delivery = env.Start("delivery", () => changeAsync(+5));
        Task sale = env.Start("sale", async () =>
        {
            // Two forms come before the goods.
            await env.YieldAsync();
            await env.YieldAsync();
            await changeAsync(-2);
        });
        await Task.WhenAll(delivery, sale);
        Assert.Equal(13, stock.Count);
    }

    private sealed class Stock
    {
        public int Count { get; private set; } = 10;

        public async Task ChangeAsync(int change)
        {
            int before = Count;
            await Task.Yield();
            Count = before + change;
        }
    }
}
