namespace AsyncKit.Testing.Tests.Time;

public class VirtualTimeTests
{
    private static readonly AsyncTestOptions _manual = new() { AutoAdvance = AutoAdvance.Manual };

    [Fact]
    public Task Timers_FireInTheOrderTheyAreDue_AndThenStarted() => AsyncTest.RunAsync(static async env =>
    {
        List<string> order = [];
        await Task.WhenAll(WaitAsync("late", 2), WaitAsync("first", 1), WaitAsync("second", 1));

        Assert.Equal(["first", "second", "late"], order);

        async Task WaitAsync(string name, int seconds)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(seconds));
            order.Add(name);
        }
    });

    [Fact]
    public Task APeriodicTimer_FiresOnceForEachPeriod() => AsyncTest.RunAsync(static async env =>
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), env.Time);
        for (var i = 0; i < 288; i++) Assert.True(await timer.WaitForNextTickAsync());

        Assert.Equal(TimeSpan.FromDays(1), env.Elapsed);
    });

    [Fact]
    public Task ATimerChangedWhenDue_DoesNotFire() => AsyncTest.RunAsync(static async env =>
    {
        var fired = false;
        ITimer? second = null;
        await using ITimer first = env.Time.CreateTimer(
            _ => second!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan),
            null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        second = env.Time.CreateTimer(
            _ => fired = true, null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        await env.DelayAsync(TimeSpan.FromSeconds(2));

        Assert.False(fired);
        await second.DisposeAsync();
    });

    [Fact]
    public Task AdvanceAsync_MovesTimerByTimer_WithAllThatTheySetInMotion() => AsyncTest.RunAsync(
        static async env =>
        {
            List<TimeSpan> ticks = [];
            env.Background("ticker", async token =>
            {
                while (true)
                {
                    await env.DelayAsync(TimeSpan.FromSeconds(1), token).ConfigureAwait(false);
                    await Task.Run(() => ticks.Add(env.Elapsed), token);
                }
            });

            await env.Time.AdvanceAsync(TimeSpan.FromSeconds(3.5));

            Assert.Equal([1.0, 2.0, 3.0], ticks.Select(static tick => tick.TotalSeconds));
            Assert.Equal(TimeSpan.FromSeconds(3.5), env.Elapsed);
        },
        _manual);

    [Fact]
    public Task AdvanceToNextTimerAsync_GoesThere() => AsyncTest.RunAsync(
        static async env =>
        {
            Task delay = env.DelayAsync(TimeSpan.FromMinutes(7));

            await env.Time.AdvanceToNextTimerAsync();

            Assert.True(delay.IsCompletedSuccessfully);
            Assert.Equal(TimeSpan.FromMinutes(7), env.Elapsed);
            Assert.Throws<InvalidOperationException>(() => { _ = env.Time.AdvanceToNextTimerAsync(); });
        },
        _manual);

    [Fact]
    public async Task WithManual_ATestThatWaitsForATimer_IsADeadlock()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.RunAsync(static env => env.DelayAsync(TimeSpan.FromSeconds(1)), _manual));

        Assert.Equal(AsyncTestFailure.Deadlock, thrown.Failure);
        Assert.Contains("AutoAdvance.Manual", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task AdjustTime_SetsTheWallClock_AndNoTimer() => AsyncTest.RunAsync(
        static async env =>
        {
            Assert.Equal(new DateTimeOffset(2030, 5, 1, 0, 0, 0, TimeSpan.Zero), env.Time.GetUtcNow());
            env.Time.AdjustTime(new DateTimeOffset(2029, 1, 1, 0, 0, 0, TimeSpan.Zero));

            await env.DelayAsync(TimeSpan.FromHours(1));

            Assert.Equal(new DateTimeOffset(2029, 1, 1, 1, 0, 0, TimeSpan.Zero), env.Time.GetUtcNow());
            Assert.Equal(TimeSpan.FromHours(1), env.Elapsed);
        },
        new AsyncTestOptions { StartTime = new DateTimeOffset(2030, 5, 1, 2, 0, 0, TimeSpan.FromHours(2)) });

    [Fact]
    public Task TenThousandDelays_AtTheSameTime_EndTogether() => AsyncTest.RunAsync(static async env =>
    {
        await Task.WhenAll(Enumerable.Range(0, 10_000).Select(_ => env.DelayAsync(TimeSpan.FromSeconds(1))));

        Assert.Equal(TimeSpan.FromSeconds(1), env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });
}
