using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Notifications, cancellations, time limits and other holders that meet, in very many orders.</summary>
[Collection(typeof(Alone))]
public class AsyncConditionVariableExploredTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task ProducersAndConsumers_WithOneNotificationEach_LoseNone() => await AsyncTest.ExploreAsync(
        static async env =>
        {
            const int Items = 6;
            var gate = new AsyncLock(timeProvider: env.Time);
            var filled = new AsyncConditionVariable(gate);
            var items = 0;
            var consumed = 0;
            var inside = 0;
            env.Always(() => inside <= 1, "at most one holds the lock");

            await Task.WhenAll(
                [
                    env.Start("producer", ProduceAsync),
                    env.Start("another producer", ProduceAsync),
                    .. Enumerable.Range(0, 3).Select(i => env.Start($"consumer {i}", ConsumeAsync)),
                ]);

            Assert.Equal((0, Items), (items, consumed));
            Assert.Equal((0, 0, false), (filled.WaiterCount, gate.WaiterCount, gate.IsHeld));

            async Task ProduceAsync()
            {
                for (var i = 0; i < Items / 2; i++)
                {
                    using AsyncLock.Lease lease = await gate.LockAsync();
                    inside++;
                    items++;
                    filled.Notify();
                    inside--;
                }
            }

            async Task ConsumeAsync()
            {
                for (var i = 0; i < Items / 3; i++)
                {
                    using AsyncLock.Lease lease = await gate.LockAsync();
                    await filled.WaitUntilAsync(lease, () => items > 0);
                    inside++;
                    items--;
                    consumed++;
                    inside--;
                }
            }
        },
        new ExploreOptions { Schedules = LongSuite.Count(10_000, 20_000) });

    [Fact]
    public async Task ANotification_IsNeverLostToACancellationOrALimit() => await AsyncTest.ExploreAsync(
        static async env =>
        {
            using var source = new CancellationTokenSource();
            var race = new Race(env, source);
            Task[] patient = [race.WaitAsync("patient"), race.WaitAsync("patient too")];
            await env.IdleAsync();
            Task[] others =
            [
                race.WaitAsync("cancelled", isCancelled: true),
                race.WaitAsync("limited", _second),
                race.WaitAsync("both", _second, isCancelled: true),
                race.CancelAsync(),
                race.NotifyAsync("notifier"),
                race.NotifyAsync("notifier too"),
            ];
            await Task.WhenAll(others);
            await env.IdleAsync();

            // As many as there are notifications have waited from the beginning, so each has found somebody.
            Assert.Equal(2, race.Notified);
            race.Condition.NotifyAll();
            await Task.WhenAll(patient);
            race.AssertIsOver();
        },
        new ExploreOptions { Schedules = LongSuite.Count(10_000, 20_000) });

    [Fact]
    public async Task OneNotificationAndOneCancellation_InEveryOrder()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                using var source = new CancellationTokenSource();
                var race = new Race(env, source);
                Task cancelled = race.WaitAsync("cancelled", isCancelled: true);
                await env.IdleAsync();
                Task patient = race.WaitAsync("patient");
                await env.IdleAsync();

                await Task.WhenAll(race.CancelAsync(), race.NotifyAsync("notifier"), cancelled);
                await env.IdleAsync();

                Assert.Equal(1, race.Notified);
                Assert.Equal(race.Cancelled is 1, patient.IsCompleted);
                race.Condition.Notify();
                await patient;
                race.AssertIsOver();
            },
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive(), Schedules = 100_000 });

        LongSuite.Say($"{report.Schedules:N0} schedules");
        Assert.True(report.IsComplete);
    }

    [Fact]
    public async Task CancelledAnywhere_TheLockIsFreeAfterwards() => await AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var gate = new AsyncLock(timeProvider: env.Time);
            var condition = new AsyncConditionVariable(gate);
            var items = 0;
            Task patient = env.Start("patient", () => TakeAsync(CancellationToken.None));
            Task cancelled = env.Start("cancelled", () => TakeAsync(cancellationToken));
            await env.Start("producer", async () =>
            {
                for (var i = 0; i < 2; i++)
                {
                    await env.YieldAsync();
                    using AsyncLock.Lease lease = await gate.LockAsync();
                    items++;
                    condition.Notify();
                }
            });

            await patient;
            try
            {
                await cancelled;
                Assert.Equal(0, items);
            }
            catch (OperationCanceledException)
            {
                Assert.Equal(1, items);
            }

            Assert.Equal((0, 0, false), (condition.WaiterCount, gate.WaiterCount, gate.IsHeld));

            async Task TakeAsync(CancellationToken token)
            {
                using AsyncLock.Lease lease = await gate.LockAsync(token);
                await condition.WaitUntilAsync(lease, () => items > 0, token);
                items--;
            }
        },
        new ExploreOptions { Schedules = LongSuite.IsOn ? 2_000 : 1_000 });

    private sealed class Race
    {
        private readonly TestEnv _env;
        private readonly CancellationTokenSource _source;
        private readonly AsyncLock _gate;

        public Race(TestEnv env, CancellationTokenSource source)
        {
            _env = env;
            _source = source;
            _gate = new AsyncLock(timeProvider: env.Time);
            Condition = new AsyncConditionVariable(_gate);
        }

        public AsyncConditionVariable Condition { get; }

        public int Notified { get; private set; }

        public int Cancelled { get; private set; }

        public Task WaitAsync(string name, TimeSpan? timeout = null, bool isCancelled = false) =>
            _env.Start(name, async () =>
            {
                CancellationToken token = isCancelled ? _source.Token : CancellationToken.None;
                using AsyncLock.Lease lease = await _gate.LockAsync(CancellationToken.None);
                try
                {
                    if (await Condition.TryWaitAsync(lease, timeout ?? Timeout.InfiniteTimeSpan, token)) Notified++;
                }
                catch (OperationCanceledException e)
                {
                    Assert.Equal(_source.Token, e.CancellationToken);
                    Cancelled++;
                }

                Assert.False(_gate.TryLock(out _));
            });

        public Task CancelAsync() => _env.Start("canceller", AtOnce.Do(_source.Cancel));

        public Task NotifyAsync(string name) => _env.Start(name, async () =>
        {
            using AsyncLock.Lease lease = _env.Maybe() ? await _gate.LockAsync() : default;
            Condition.Notify();
            if (lease.IsAcquired) await _env.YieldAsync();
        });

        public void AssertIsOver()
        {
            Assert.Equal((0, 0, false), (Condition.WaiterCount, _gate.WaiterCount, _gate.IsHeld));
            Assert.Equal(0, _env.Time.TimerCount);
        }
    }
}
