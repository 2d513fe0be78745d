using AsyncKit.Concurrency;
using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Snippets;

public class XunitSnippets
{
    #region async-fact
    [AsyncFact]
    public async Task AServerThatNeverAnswers_IsGivenUp_AfterThirtySeconds(TestEnv env)
    {
        Task answer = Timeouts.RunAsync(
            token => env.DelayAsync(Timeout.InfiniteTimeSpan, token),
            Deadline.After(TimeSpan.FromSeconds(30), env.Time));

        await Assert.ThrowsAsync<TimeoutException>(() => answer);
        Assert.Equal(TimeSpan.FromSeconds(30), env.Elapsed);
    }

    [AsyncTheory]
    [InlineData(1, 10)]
    [InlineData(5, 2)]
    public async Task TenItems_OfOneSecondEach_TakeTheirTurns(int maxConcurrency, int seconds, TestEnv env = null!)
    {
        var runner = new BoundedRunner(maxConcurrency);

        await runner.ForEachAsync(
            Enumerable.Range(1, 10), (_, token) => env.DelayAsync(TimeSpan.FromSeconds(1), token));

        Assert.Equal(TimeSpan.FromSeconds(seconds), env.Elapsed);
    }
    #endregion

    #region explore-fact
    [ExploreFact(Schedules = 500, Seed = 7)]
    public async Task TwoDeposits_AtTheSameTime_BothCount(TestEnv env)
    {
        var balance = 0;
        using var permit = new SemaphoreSlim(1);

        await Task.WhenAll(env.Start("one", () => DepositAsync(10)), env.Start("two", () => DepositAsync(20)));

        Assert.Equal(30, balance);

        async Task DepositAsync(int amount)
        {
            await permit.WaitAsync();
            int seen = balance;
            await env.YieldAsync();
            balance = seen + amount;
            permit.Release();
        }
    }
    #endregion
}
