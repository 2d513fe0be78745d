using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Tests.Synchronization;

/// <summary>What holds in every order that an exploration comes to: nobody is inside who must not be, and all come to
/// their end.</summary>
[Collection(typeof(Alone))]
public class AsyncReaderWriterLockExploredTests
{
    private static readonly ExploreOptions _options = new() { Schedules = 10_000 };

    [Fact]
    public Task ReadersWritersAndAnUpgrader() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var room = new Room(env);

            await Task.WhenAll(
                env.Start("reader 1", () => room.ReadAsync()),
                env.Start("reader 2", () => room.ReadAsync()),
                env.Start("writer 1", () => room.WriteAsync()),
                env.Start("writer 2", () => room.WriteAsync()),
                env.Start("upgrader", () => room.UpgradeAsync()));

            room.AssertIsLeft(comings: 6);
        },
        _options);

    [Fact]
    public async Task AReaderAWriterAndAnUpgrader_InEveryOrder()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            static async env =>
            {
                var room = new Room(env);

                await Task.WhenAll(
                    env.Start("reader", () => room.ReadAsync()),
                    env.Start("writer", () => room.WriteAsync()),
                    env.Start("upgrader", () => room.UpgradeAsync()));

                room.AssertIsLeft(comings: 4);
            },
            new ExploreOptions
            {
                Strategy = ExploreStrategy.Exhaustive(),
                Schedules = 1_000_000,
                PostedCompletions = false,
            },
            TestContext.Current.CancellationToken);

        LongSuite.Say($"{report.Schedules:N0} schedules");
        Assert.True(report.IsComplete);
    }

    [Fact]
    public Task SomeAreCancelled_AndOfSomeTheTimePasses() => AsyncTest.ExploreAsync(
        static async env =>
        {
            using var cancellation = new CancellationTokenSource();
            var room = new Room(env);

            await Task.WhenAll(
                env.Start("reader", () => room.ReadAsync()),
                env.Start("hurried reader", () => room.ReadAsync(TimeSpan.FromSeconds(1))),
                env.Start("writer", () => room.WriteAsync(null, cancellation.Token)),
                env.Start("hurried writer", () => room.WriteAsync(TimeSpan.FromSeconds(1))),
                env.Start("upgrader", () => room.UpgradeAsync(TimeSpan.FromSeconds(1), cancellation.Token)),
                env.Start("canceller", async () =>
                {
                    await env.YieldAsync();
                    await cancellation.CancelAsync();
                }));

            room.AssertIsLeft(comings: 1, atMost: 6);
        },
        _options);

    [Fact]
    public Task TwoUpgraders_OneOfThemDowngrades() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var room = new Room(env);

            await Task.WhenAll(
                env.Start("reader", () => room.ReadAsync()),
                env.Start("upgrader", () => room.UpgradeAsync()),
                env.Start("downgrader", () => room.DowngradeAsync()),
                env.Start("writer", () => room.WriteThenReadAsync()));

            room.AssertIsLeft(comings: 7);
        },
        _options);

    [Fact]
    public Task AnUpgradeAgainstTheEndOfItsLease_IsGrantedOrFails_AndNothingIsLeft() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var room = new Room(env);
            UpgradeableLease upgradeable = await room.Lock.UpgradeableReaderLockAsync();

            await Task.WhenAll(
                env.Start("reader", () => room.ReadAsync()),
                env.Start("upgrade", () => room.TryUpgradeAsync(upgradeable)),
                env.Start("second upgrade", () => room.TryUpgradeAsync(upgradeable)),
                env.Start("end", async () =>
                {
                    await env.YieldAsync();
                    upgradeable.Dispose();
                    upgradeable.Dispose();
                }),
                env.Start("writer", () => room.WriteAsync()));

            room.AssertIsLeft(comings: 2, atMost: 4);
        },
        _options);

    [Fact]
    public Task WhoeverIsCancelled_TakesNothingAlong() => AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            var room = new Room(env);

            await Task.WhenAll(
                env.Start("reader", () => room.ReadAsync(null, cancellationToken)),
                env.Start("writer", () => room.WriteAsync(null, cancellationToken)),
                env.Start("upgrader", () => room.UpgradeAsync(null, cancellationToken)),
                env.Start("another reader", () => room.ReadAsync()),
                env.Start("another writer", () => room.WriteAsync()));

            room.AssertIsLeft(comings: 2, atMost: 6);
        },
        _options);

    /// <summary>A lock, those who hold it, and what they do.</summary>
    private sealed class Room(TestEnv env)
    {
        private static readonly TimeSpan _noLimit = Timeout.InfiniteTimeSpan;
        private readonly Occupants _inside = new();

        public AsyncReaderWriterLock Lock { get; } = new("room", env.Time);

        public async Task ReadAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        {
            try
            {
                using ReaderLease lease = await Lock.TryReaderLockAsync(timeout ?? _noLimit, cancellationToken);
                if (lease.IsAcquired) await BeInsideAsync(Occupants.Reader);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
        }

        public async Task WriteAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        {
            try
            {
                using WriterLease lease = await Lock.WriterLockAsync(timeout ?? _noLimit, cancellationToken);
                await BeInsideAsync(Occupants.Writer);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }
            catch (TimeoutException) when (timeout is not null)
            {
            }
        }

        public async Task WriteThenReadAsync()
        {
            using WriterLease writing = await Lock.WriterLockAsync();
            await BeInsideAsync(Occupants.Writer);
            using ReaderLease reading = writing.Downgrade();
            await BeInsideAsync(Occupants.Reader);
        }

        public async Task UpgradeAsync(TimeSpan? timeout = null, CancellationToken cancellationToken = default)
        {
            UpgradeableLease upgradeable = await Lock.UpgradeableReaderLockAsync(CancellationToken.None);
            _inside.Enter(Occupants.Upgradeable);
            await env.YieldAsync();
            try
            {
                using WriterLease lease = await upgradeable.TryUpgradeAsync(timeout ?? _noLimit, cancellationToken);
                if (lease.IsAcquired) await BeInsideAsync(Occupants.Upgraded);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
            }

            // Upgraded or not, it reads now.
            Assert.True(Lock.IsUpgradeableHeld);
            Assert.False(Lock.IsWriterHeld);
            await env.YieldAsync();
            _inside.Leave(Occupants.Upgradeable);
            upgradeable.Dispose();
        }

        public async Task DowngradeAsync()
        {
            using UpgradeableLease upgradeable = await Lock.UpgradeableReaderLockAsync();
            await BeInsideAsync(Occupants.Upgradeable);
            using ReaderLease reading = upgradeable.Downgrade();
            await BeInsideAsync(Occupants.Reader);
        }

        public async Task TryUpgradeAsync(UpgradeableLease upgradeable)
        {
            try
            {
                using WriterLease lease = await upgradeable.UpgradeAsync();
                await BeInsideAsync(Occupants.Upgraded);
            }
            catch (Exception e) when (e is SynchronizationLockException or InvalidOperationException)
            {
                // Its lease was released first, or the other one was faster.
            }
        }

        public void AssertIsLeft(int comings, int? atMost = null)
        {
            Assert.InRange(_inside.Checks, comings, atMost ?? comings);
            Assert.True(_inside.AreNone);
            Assert.Equal(0, Lock.WaiterCount);
            Assert.Equal(0, Lock.ReaderCount);
            Assert.False(Lock.IsWriterHeld || Lock.IsUpgradeableHeld);
        }

        private async Task BeInsideAsync(int who)
        {
            _inside.Enter(who);
            await env.YieldAsync();
            _inside.Leave(who);
        }
    }
}
