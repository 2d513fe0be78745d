using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncManualResetEventTests
{
    [Fact]
    public async Task SetThenResetAtOnce_ReleasesAllWhoWaited_AndWhoComesAfterWaits()
    {
        var ready = new AsyncManualResetEvent();
        ValueTask[] waited = [ready.WaitAsync(), ready.WaitAsync(), ready.WaitAsync()];
        Assert.Equal(3, ready.WaiterCount);

        ready.Set();
        ready.Reset();
        ValueTask after = ready.WaitAsync();

        Assert.All(waited, wait => Assert.True(wait.IsCompletedSuccessfully));
        Assert.False(after.IsCompleted);
        Assert.Equal(1, ready.WaiterCount);
        ready.Set();
        await after;
        foreach (ValueTask wait in waited) await wait;
    }

    [Fact]
    public void WhileItIsSet_NobodyWaits()
    {
        var ready = new AsyncManualResetEvent(isSet: true);

        Assert.True(ready.IsSet);
        Assert.True(ready.WaitAsync().IsCompletedSuccessfully);
        Assert.True(ready.TryWait(TimeSpan.Zero));
        ready.Set();
        Assert.True(ready.IsSet);
        ready.Reset();
        ready.Reset();
        Assert.False(ready.IsSet);
        Assert.False(ready.TryWait(TimeSpan.Zero));
    }

    [Fact]
    public Task Set_ReleasesThreadsAndAwaitingCode_InTheOrderInWhichTheyCame() => AsyncTest.RunAsync(async env =>
    {
        var ready = new AsyncManualResetEvent(timeProvider: env.Time);
        List<string> passed = [];
        Task first = AwaitAsync("first");
        Task blocked = Task.Run(() => ready.Wait());
        await env.IdleAsync();
        Task third = AwaitAsync("third");
        await env.IdleAsync();
        Assert.Equal(3, ready.WaiterCount);

        ready.Set();
        ready.Reset();
        await Task.WhenAll(first, blocked, third);

        Assert.Equal(["first", "third"], passed);

        async Task AwaitAsync(string name)
        {
            await ready.WaitAsync();
            passed.Add(name);
        }
    });

    [Fact]
    public void TheName_StandsInMessages()
    {
        var ready = new AsyncManualResetEvent(name: "ready");

        TimeoutException late = Assert.Throws<TimeoutException>(() => ready.Wait(TimeSpan.Zero));

        Assert.Equal("AsyncManualResetEvent \"ready\"", ready.ToString());
        Assert.Contains(ready.ToString(), late.Message);
        Assert.Equal("ready", ready.Name);
        Assert.Equal("AsyncManualResetEvent", new AsyncManualResetEvent().ToString());
    }

    [Fact]
    public async Task Pulses_ReleaseWhoWaitsAndNobodyElse_UnderAnySchedule()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                var ready = new AsyncManualResetEvent(timeProvider: env.Time);
                env.Always(() => !ready.IsSet || ready.WaiterCount is 0, "nobody waits while the event is set");
                using var cancellation = new CancellationTokenSource();
                var passed = 0;
                var cancelled = 0;

                Task patient = env.Start("patient", () => PassAsync(CancellationToken.None));
                Task impatient = env.Start("impatient", () => PassAsync(cancellation.Token));
                await Task.WhenAll(
                    env.Start("pulse", () =>
                    {
                        ready.Set();
                        ready.Reset();
                        return Task.CompletedTask;
                    }),
                    env.Start("canceller", AtOnce.Do(cancellation.Cancel)));

                await env.IdleAsync();
                Assert.Equal(2, passed + cancelled + ready.WaiterCount);
                Assert.InRange(ready.WaiterCount, 0, 1);
                ready.Set();
                await Task.WhenAll(patient, impatient);
                Assert.Equal(2, passed + cancelled);
                Assert.InRange(passed, 1, 2);

                async Task PassAsync(CancellationToken cancellationToken)
                {
                    try
                    {
                        await ready.WaitAsync(cancellationToken);
                        passed++;
                    }
                    catch (OperationCanceledException)
                    {
                        cancelled++;
                    }
                }
            },
            new ExploreOptions { Schedules = 100_000, Strategy = ExploreStrategy.Exhaustive() });

        LongSuite.Say($"{report.Schedules:N0} schedules, all there are: {report.IsComplete}");
        Assert.True(report.IsComplete);
    }

    [Fact]
    public Task AWait_CancelledAtAnyStep_LeavesNoTrace() => AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var ready = new AsyncManualResetEvent(timeProvider: env.Time);
            Task other = env.Start("other", () => ready.WaitAsync().AsTask());
            Task setter = env.Start("setter", () =>
            {
                ready.Set();
                return Task.CompletedTask;
            });
            try
            {
                await ready.WaitAsync(cancellationToken);
                Assert.True(ready.IsSet);
            }
            catch (OperationCanceledException)
            {
                Assert.True(cancellationToken.IsCancellationRequested);
            }

            await Task.WhenAll(setter, other);
            Assert.Equal(0, ready.WaiterCount);
        });
}
