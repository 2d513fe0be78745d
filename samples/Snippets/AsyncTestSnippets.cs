using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class AsyncTestSnippets
{
    #region async-test
    [Fact]
    public Task ARetry_WaitsLongerEachTime() => AsyncTest.RunAsync(async env =>
    {
        List<TimeSpan> attempts = [];

        await RetryAsync(() => Task.Run(() =>
        {
            attempts.Add(env.Elapsed);
            if (attempts.Count < 4) throw new IOException("not yet");
        }));

        Assert.Equal([0, 1, 3, 7], attempts.Select(attempt => attempt.TotalSeconds));

        async Task RetryAsync(Func<Task> work)
        {
            for (TimeSpan delay = TimeSpan.FromSeconds(1); ; delay *= 2)
            {
                try
                {
                    await work().ConfigureAwait(false);
                    return;
                }
                catch (IOException)
                {
                    await Task.Delay(delay, env.Time).ConfigureAwait(false);
                }
            }
        }
    });
    #endregion

    #region async-test-deadlock
    [Fact]
    public async Task TwoLocksTakenInOppositeOrder_AreFoundAtOnce()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(_ =>
        {
            var accounts = (A: new SemaphoreSlim(1), B: new SemaphoreSlim(1));
            return Task.WhenAll(PayAsync(accounts.A, accounts.B), RefundAsync(accounts.A, accounts.B));
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, found.Failure);
        Assert.Contains("PayAsync at await 3, awaits SemaphoreSlim.WaitAsync", found.Message);
        Assert.Contains("RefundAsync at await 3, awaits SemaphoreSlim.WaitAsync", found.Message);
    }

    private static async Task PayAsync(SemaphoreSlim a, SemaphoreSlim b)
    {
        await a.WaitAsync();
        await Task.Yield();
        await b.WaitAsync();
    }

    private static async Task RefundAsync(SemaphoreSlim a, SemaphoreSlim b)
    {
        await b.WaitAsync();
        await Task.Yield();
        await a.WaitAsync();
    }
    #endregion

    #region virtual-time
    [Fact]
    public Task ATicker_MovedByHand_HasTickedThreeTimes() => AsyncTest.RunAsync(
        async env =>
        {
            var ticks = 0;
            env.Background("ticker", async token =>
            {
                using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), env.Time);
                while (await timer.WaitForNextTickAsync(token)) ticks++;
            });

            await env.Time.AdvanceAsync(TimeSpan.FromSeconds(3.5));

            Assert.Equal(3, ticks);
        },
        new AsyncTestOptions { AutoAdvance = AutoAdvance.Manual });
    #endregion
}
