using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncCountdownEventTests
{
    [Fact]
    public async Task Signal_ThatReachesZero_SaysSo_AndReleasesAllWhoWait()
    {
        var downloads = new AsyncCountdownEvent(3);
        ValueTask first = downloads.WaitAsync();
        ValueTask<bool> second = downloads.TryWaitAsync(Timeout.InfiniteTimeSpan);

        Assert.False(downloads.Signal());
        Assert.Equal(2, downloads.CurrentCount);
        Assert.False(downloads.IsSet);
        Assert.False(first.IsCompleted);
        Assert.True(downloads.Signal(2));

        Assert.True(downloads.IsSet);
        Assert.True(first.IsCompletedSuccessfully);
        await first;
        Assert.True(await second);
        await downloads.WaitAsync();
        Assert.True(await downloads.TryWaitAsync(TimeSpan.Zero));
    }

    [Fact]
    public void Signal_BelowZero_NamesTheCounts_AndChangesNothing()
    {
        var downloads = new AsyncCountdownEvent(2, "downloads");

        var refused = Assert.Throws<InvalidOperationException>(() => downloads.Signal(5));

        Assert.Equal(
            "AsyncCountdownEvent \"downloads\" cannot take 5 signals, as its count is 2: it would fall below zero.",
            refused.Message);
        Assert.Equal(2, downloads.CurrentCount);
        Assert.True(downloads.Signal(2));
        Assert.Throws<InvalidOperationException>(() => downloads.Signal());
        Assert.True(downloads.IsSet);
    }

    [Fact]
    public void ACountOfZero_IsSetFromTheBeginning()
    {
        var nothingToDo = new AsyncCountdownEvent(0);

        Assert.True(nothingToDo.IsSet);
        Assert.True(nothingToDo.WaitAsync().IsCompletedSuccessfully);
        nothingToDo.Wait();
    }

    [Fact]
    public void TheCount_IsRaised_UntilItHasReachedZero()
    {
        var downloads = new AsyncCountdownEvent(1, "downloads");

        downloads.AddCount();
        Assert.True(downloads.TryAddCount(2));
        Assert.Equal(4, downloads.CurrentCount);
        downloads.Signal(4);

        Assert.False(downloads.TryAddCount());
        var refused = Assert.Throws<InvalidOperationException>(() => downloads.AddCount(3));
        Assert.StartsWith("AsyncCountdownEvent \"downloads\" is set", refused.Message);
        Assert.Equal(0, downloads.CurrentCount);
    }

    [Fact]
    public void ACountTooHigh_IsRefused_AndChangesNothing()
    {
        var downloads = new AsyncCountdownEvent(int.MaxValue - 1);

        Assert.True(downloads.TryAddCount());
        Assert.Throws<InvalidOperationException>(() => downloads.AddCount());
        var refused = Assert.Throws<InvalidOperationException>(() => downloads.TryAddCount(int.MaxValue));

        Assert.Contains("2147483647 more, as its count is 2147483647", refused.Message);
        Assert.Equal(int.MaxValue, downloads.CurrentCount);
    }

    [Fact]
    public async Task ResetAtOnce_AfterZero_ReleasesAllWhoWaited()
    {
        var downloads = new AsyncCountdownEvent(1);
        ValueTask[] waited = [downloads.WaitAsync(), downloads.WaitAsync()];

        downloads.Signal();
        downloads.Reset(2);

        foreach (ValueTask wait in waited)
        {
            Assert.True(wait.IsCompletedSuccessfully);
            await wait;
        }

        Assert.False(downloads.WaitAsync().IsCompleted);
        Assert.Equal(2, downloads.CurrentCount);
    }

    [Fact]
    public async Task Reset_WhileSomeWait_MakesThemWaitForTheNewCount_AndZeroReleasesThem()
    {
        var downloads = new AsyncCountdownEvent(1);
        ValueTask waits = downloads.WaitAsync();

        downloads.Reset(5);
        downloads.Signal();
        Assert.False(waits.IsCompleted);
        Assert.Equal(4, downloads.CurrentCount);
        downloads.Reset(0);

        Assert.True(waits.IsCompletedSuccessfully);
        await waits;
        Assert.True(downloads.IsSet);
    }

    [Fact]
    public void NumbersOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("initialCount", () => new AsyncCountdownEvent(-1));
        var downloads = new AsyncCountdownEvent(1);

        Assert.Throws<ArgumentOutOfRangeException>("signalCount", () => downloads.Signal(0));
        Assert.Throws<ArgumentOutOfRangeException>("signalCount", () => downloads.AddCount(0));
        Assert.Throws<ArgumentOutOfRangeException>("signalCount", () => downloads.TryAddCount(-1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => downloads.Reset(-1));
        Assert.Equal(1, downloads.CurrentCount);
    }

    [Fact]
    public Task ThreadsAndAwaitingCode_WaitForTheSameCount() => AsyncTest.RunAsync(async env =>
    {
        var downloads = new AsyncCountdownEvent(2, timeProvider: env.Time);
        Task blocked = Task.Run(() => downloads.Wait());
        Task limited = Task.Run(() => downloads.Wait(TimeSpan.FromMinutes(1)));
        Task awaiting = downloads.WaitAsync(TimeSpan.FromMinutes(1)).AsTask();
        await env.IdleAsync();
        Assert.Equal(3, downloads.WaiterCount);

        downloads.Signal();
        await env.IdleAsync();
        Assert.Equal(3, downloads.WaiterCount);
        downloads.Signal();

        await Task.WhenAll(blocked, limited, awaiting);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public void TheName_StandsInMessages()
    {
        var downloads = new AsyncCountdownEvent(1, "downloads");

        TimeoutException late = Assert.Throws<TimeoutException>(() => downloads.Wait(TimeSpan.Zero));

        Assert.Contains(downloads.ToString(), late.Message);
        Assert.Equal("downloads", downloads.Name);
        Assert.Equal("AsyncCountdownEvent", new AsyncCountdownEvent(1).ToString());
    }

    [Fact]
    public async Task WhoAddsInTime_IsWaitedFor_UnderAnySchedule()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                var work = new AsyncCountdownEvent(1, timeProvider: env.Time);
                env.Always(() => !work.IsSet || work.WaiterCount is 0, "nobody waits while the event is set");
                var open = 1;
                var reached = 0;

                await Task.WhenAll(
                    env.Start("worker", () =>
                    {
                        open--;
                        if (work.Signal()) reached++;
                        return Task.CompletedTask;
                    }),
                    env.Start("adder", async () =>
                    {
                        // Counted before it is announced: a wait that passes too soon sees it.
                        open++;
                        if (!work.TryAddCount())
                        {
                            open--;
                            return;
                        }

                        await env.YieldAsync();
                        open--;
                        if (work.Signal()) reached++;
                    }),
                    env.Start("waiter", async () =>
                    {
                        await work.WaitAsync();
                        Assert.Equal(0, open);
                    }));

                Assert.Equal(1, reached);
                Assert.True(work.IsSet);
                Assert.Equal(0, work.WaiterCount);
            },
            new ExploreOptions { Schedules = 100_000, Strategy = ExploreStrategy.Exhaustive() });

        LongSuite.Say($"{report.Schedules:N0} schedules, all there are: {report.IsComplete}");
        Assert.True(report.IsComplete);
    }

    [Fact]
    public Task AWait_CancelledAtAnyStep_LeavesTheCountAsItIs() => AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var work = new AsyncCountdownEvent(2, timeProvider: env.Time);
            Task[] workers = [.. Enumerable.Range(0, 2).Select(number => env.Start($"worker {number}", () =>
            {
                work.Signal();
                return Task.CompletedTask;
            }))];
            try
            {
                await work.WaitAsync(cancellationToken);
                Assert.True(work.IsSet);
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellationToken.IsCancellationRequested);
            }

            await Task.WhenAll(workers);
            Assert.True(work.IsSet);
            Assert.Equal(0, work.WaiterCount);
        });
}
