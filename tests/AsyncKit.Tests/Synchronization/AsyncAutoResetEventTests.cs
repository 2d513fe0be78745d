using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncAutoResetEventTests
{
    [Fact]
    public async Task SetWhileNobodyWaits_KeepsOneSignal_HoweverOften()
    {
        var work = new AsyncAutoResetEvent();

        work.Set();
        work.Set();
        work.Set();

        Assert.True(work.IsSet);
        await work.WaitAsync();
        Assert.False(work.IsSet);
        Assert.False(await work.TryWaitAsync(TimeSpan.Zero));
    }

    [Fact]
    public async Task Set_ReleasesOne_TheOneThatCameFirst()
    {
        var work = new AsyncAutoResetEvent();
        ValueTask[] waits = [work.WaitAsync(), work.WaitAsync(), work.WaitAsync()];

        for (var set = 1; set <= waits.Length; set++)
        {
            work.Set();

            Assert.Equal(set, waits.Count(wait => wait.IsCompletedSuccessfully));
            await waits[set - 1];
            Assert.False(work.IsSet);
            Assert.Equal(waits.Length - set, work.WaiterCount);
            waits[set - 1] = ValueTask.CompletedTask;
        }
    }

    [Fact]
    public void Reset_TakesBackASignal_ThatNobodyHasTaken()
    {
        var work = new AsyncAutoResetEvent(isSet: true);
        Assert.True(work.IsSet);

        work.Reset();

        Assert.False(work.IsSet);
        Assert.False(work.TryWait(TimeSpan.Zero));
    }

    [Fact]
    public async Task ASignalAfterACancellation_GoesToTheNext_AndWithoutOneStays()
    {
        using var cancellation = new CancellationTokenSource();
        var work = new AsyncAutoResetEvent();
        Task cancelled = work.WaitAsync(cancellation.Token).AsTask();
        ValueTask next = work.WaitAsync();

        await cancellation.CancelAsync();
        work.Set();
        work.Set();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.True(next.IsCompletedSuccessfully);
        await next;
        Assert.True(work.IsSet);
    }

    [Fact]
    public void ACancelledWait_TakesNoSignal_ThoughOneIsThere()
    {
        var work = new AsyncAutoResetEvent(isSet: true);

        Assert.True(work.WaitAsync(new CancellationToken(canceled: true)).IsCanceled);

        Assert.True(work.IsSet);
    }

    [Fact]
    public Task ThreadsAndAwaitingCode_StandInOneQueue() => AsyncTest.RunAsync(async env =>
    {
        var work = new AsyncAutoResetEvent(timeProvider: env.Time);
        Task blocked = Task.Run(() => work.Wait());
        await env.IdleAsync();
        Task<bool> second = work.TryWaitAsync(TimeSpan.FromMinutes(1)).AsTask();
        await env.IdleAsync();

        work.Set();
        await blocked;
        Assert.False(second.IsCompleted);
        work.Set();

        Assert.True(await second);
        Assert.Equal(0, work.WaiterCount);
    });

    [Fact]
    public void TheName_StandsInMessages()
    {
        var work = new AsyncAutoResetEvent(name: "work");

        TimeoutException late = Assert.Throws<TimeoutException>(() => work.Wait(TimeSpan.Zero));

        Assert.Equal("AsyncAutoResetEvent \"work\"", work.ToString());
        Assert.Contains(work.ToString(), late.Message);
        Assert.Equal("work", work.Name);
        Assert.Equal("AsyncAutoResetEvent", new AsyncAutoResetEvent().ToString());
    }

    [Fact]
    public async Task OneSignal_IsTakenByOneOrStays_UnderAnySchedule()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                var work = new AsyncAutoResetEvent(timeProvider: env.Time);
                env.Always(() => !work.IsSet || work.WaiterCount is 0, "nobody waits while a signal is there");
                using var cancellation = new CancellationTokenSource();
                var taken = 0;
                env.Always(() => taken <= 1, "one signal lets one go on");

                await Task.WhenAll(
                    env.Start("one", TakeAsync),
                    env.Start("other", TakeAsync),
                    env.Start("setter", () =>
                    {
                        work.Set();
                        return Task.CompletedTask;
                    }),
                    env.Start("canceller", AtOnce.Do(cancellation.Cancel)));

                Assert.Equal(1, taken + (work.IsSet ? 1 : 0));
                Assert.Equal(0, work.WaiterCount);

                async Task TakeAsync()
                {
                    try
                    {
                        await work.WaitAsync(cancellation.Token);
                        taken++;
                    }
                    catch (OperationCanceledException)
                    {
                        Assert.True(cancellation.IsCancellationRequested);
                    }
                }
            },
            new ExploreOptions { Schedules = 100_000, Strategy = ExploreStrategy.Exhaustive() });

        LongSuite.Say($"{report.Schedules:N0} schedules, all there are: {report.IsComplete}");
        Assert.True(report.IsComplete);
    }

    [Fact]
    public Task AWait_CancelledAtAnyStep_LosesNoSignal() => AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var work = new AsyncAutoResetEvent(timeProvider: env.Time);
            var taken = 0;
            Task setter = env.Start("setter", () =>
            {
                work.Set();
                return Task.CompletedTask;
            });
            try
            {
                await work.WaitAsync(cancellationToken);
                taken++;
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellationToken.IsCancellationRequested);
            }

            await setter;
            Assert.Equal(1, taken + (work.IsSet ? 1 : 0));
            Assert.Equal(0, work.WaiterCount);
        });
}
