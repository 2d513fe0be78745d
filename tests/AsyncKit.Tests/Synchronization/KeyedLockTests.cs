using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class KeyedLockTests
{
    private readonly KeyedLock<string> _lock = new(name: "orders");

    [Fact]
    public async Task OneHolderOfAKeyAtATime_TheOthersInTheOrderOfTheirArrival()
    {
        KeyedLock<string>.Lease held = await _lock.LockAsync("a");
        ValueTask<KeyedLock<string>.Lease> second = _lock.LockAsync("a");
        ValueTask<KeyedLock<string>.Lease> third = _lock.TryLockAsync("a", Timeout.InfiniteTimeSpan);
        Assert.Equal(2, _lock.WaiterCount);
        Assert.Equal(1, _lock.Count);

        held.Dispose();
        Assert.True(second.IsCompleted);
        Assert.False(third.IsCompleted);
        Assert.False(_lock.TryLock("a", out _));
        (await second).Dispose();
        (await third).Dispose();

        Assert.Equal(0, _lock.WaiterCount);
        AssertNothingIsInUse();
    }

    [Fact]
    public async Task OtherKeys_AreFree()
    {
        using KeyedLock<string>.Lease held = await _lock.LockAsync("a");
        ValueTask<KeyedLock<string>.Lease> waiting = _lock.LockAsync("a");

        Assert.True(_lock.TryLock("b", out KeyedLock<string>.Lease other));
        Assert.True(_lock.IsHeld("a"));
        Assert.True(_lock.IsHeld("b"));
        Assert.False(_lock.IsHeld("c"));
        Assert.Equal(2, _lock.Count);
        other.Dispose();
        Assert.False(_lock.IsHeld("b"));

        held.Dispose();
        (await waiting).Dispose();
        AssertNothingIsInUse();
    }

    [Fact]
    public async Task ALeaseOfAnEarlierHold_ReleasesNothing_AlsoWhereItsMemoryServesAnotherKeyNow()
    {
        // Enough keys that the memory of the first one is used again, whichever part of the lock they fall to.
        string[] others = [.. Enumerable.Range(0, 1_000).Select(i => $"key {i}")];
        KeyedLock<string>.Lease stale = await _lock.LockAsync("a");
        KeyedLock<string>.Lease copy = stale;
        stale.Dispose();
        var leases = new List<KeyedLock<string>.Lease>();
        foreach (string other in others) leases.Add(await _lock.LockAsync(other));

        stale.Dispose();
        copy.Dispose();
        default(KeyedLock<string>.Lease).Dispose();

        Assert.All(others, other => Assert.True(_lock.IsHeld(other)));
        leases.ForEach(static lease => lease.Dispose());
        leases.ForEach(static lease => lease.Dispose());
        AssertNothingIsInUse();
    }

    [Fact]
    public async Task ALeaseThatWasReleased_DoesNotReleaseTheNextHoldOfItsKey()
    {
        KeyedLock<string>.Lease first = await _lock.LockAsync("a");
        ValueTask<KeyedLock<string>.Lease> wait = _lock.LockAsync("a");
        first.Dispose();
        KeyedLock<string>.Lease second = await wait;

        first.Dispose();

        Assert.True(_lock.IsHeld("a"));
        Assert.False(_lock.TryLock("a", TimeSpan.Zero, out KeyedLock<string>.Lease third));
        Assert.False(third.IsAcquired);
        second.Dispose();
        AssertNothingIsInUse();
    }

    [Fact]
    public void ManyKeysAtATime_AreToldApart_InWhateverOrderTheyAreReleased()
    {
        const int Keys = 20_000;
        var numbers = new KeyedLock<long>();
        var random = new Random(5);
        Dictionary<long, KeyedLock<long>.Lease> held = [];
        for (long i = 0; i < Keys; i++) held.Add(i * 4096, numbers.Lock(i * 4096));
        Assert.Equal(Keys, numbers.Count);

        long[] keys = [.. held.Keys];
        random.Shuffle(keys);
        foreach (long key in keys.Take(Keys / 2))
        {
            held[key].Dispose();
            held.Remove(key);
        }

        Assert.Equal(Keys / 2, numbers.Count);
        Assert.All(keys, key => Assert.Equal(held.ContainsKey(key), numbers.IsHeld(key)));
        foreach (KeyedLock<long>.Lease lease in held.Values) lease.Dispose();
        Assert.Equal(0, numbers.Count);
    }

    [Fact]
    public async Task AWaitThatFails_LeavesTheKeyToTheOthers()
    {
        var time = new ManualTimeProvider();
        var timed = new KeyedLock<int>(timeProvider: time);
        using var cancellation = new CancellationTokenSource();
        KeyedLock<int>.Lease held = await timed.LockAsync(1, CancellationToken.None);
        Task<KeyedLock<int>.Lease> late = timed.LockAsync(1, TimeSpan.FromSeconds(1)).AsTask();
        Task<KeyedLock<int>.Lease> cancelled = timed.LockAsync(1, cancellation.Token).AsTask();
        Task<KeyedLock<int>.Lease> patient = timed.LockAsync(1).AsTask();

        time.Advance(TimeSpan.FromSeconds(1));
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<TimeoutException>(() => late);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(1, timed.WaiterCount);
        held.Dispose();

        (await patient).Dispose();
        Assert.Equal(0, timed.Count);
    }

    [Fact]
    public async Task ATokenThatIsCancelled_IsAskedBeforeTheKey()
    {
        var token = new CancellationToken(canceled: true);
        var untouched = new KeyedLock<int>(new ForeignComparer { OnHash = _ => throw new InvalidOperationException() });

        Assert.True(untouched.LockAsync(1, token).IsCanceled);
        Assert.True(untouched.TryLockAsync(1, TimeSpan.Zero, token).IsCanceled);
        Assert.True(untouched.LockManyAsync([1], token).IsCanceled);
        Assert.Throws<OperationCanceledException>(() => untouched.Lock(1, token));
        await Assert.ThrowsAsync<InvalidOperationException>(() => untouched.LockAsync(1).AsTask());
    }

    [Fact]
    public void TheName_StandsInMessages()
    {
        using KeyedLock<string>.Lease held = _lock.Lock("a");

        TimeoutException late = Assert.Throws<TimeoutException>(() => _lock.Lock("a", TimeSpan.Zero));

        Assert.Equal("KeyedLock \"orders\"", _lock.ToString());
        Assert.Contains("KeyedLock \"orders\"", late.Message);
        Assert.Equal("orders", _lock.Name);
        Assert.Equal("KeyedLock", new KeyedLock<int>().ToString());
    }

    [Fact]
    public async Task TwoKeysTakenInOppositeOrder_AreADeadlockThatNamesThem()
    {
        var deadlock = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(env =>
        {
            var accounts = new KeyedLock<int>(name: "accounts");
            return Task.WhenAll(TransferAsync(1, 2), TransferAsync(2, 1));

            async Task TransferAsync(int from, int to)
            {
                using KeyedLock<int>.Lease source = await accounts.LockAsync(from);
                await env.YieldAsync();
                using KeyedLock<int>.Lease target = await accounts.LockAsync(to);
            }
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, deadlock.Failure);
        Assert.Contains("waits for KeyedLock \"accounts\", key 1, held by test", deadlock.Message);
        Assert.Contains("waits for KeyedLock \"accounts\", key 2, held by test", deadlock.Message);
    }

    [Fact]
    public async Task HoldsOfAKey_NeverOverlap_UnderAnySchedule() => await AsyncTest.ExploreAsync(
        static async env =>
        {
            // Two keys whose entries come and go, and serve the other key then.
            var keyed = new KeyedLock<int>(timeProvider: env.Time);
            int[] inside = new int[2];
            env.Always(() => inside.All(static holders => holders <= 1), "at most one holds a key");
            using var cancellation = new CancellationTokenSource();

            await Task.WhenAll(
                env.Start("first", () => UseAsync(0, 1, Timeout.InfiniteTimeSpan, CancellationToken.None)),
                env.Start("second", () => UseAsync(1, 0, TimeSpan.FromSeconds(1), CancellationToken.None)),
                env.Start("third", () => UseAsync(0, 0, TimeSpan.FromSeconds(2), cancellation.Token)),
                env.Start("canceller", AtOnce.Do(cancellation.Cancel)));

            Assert.Equal(0, keyed.Count);
            Assert.Equal(0, keyed.WaiterCount);

            async Task UseAsync(int first, int second, TimeSpan timeout, CancellationToken token)
            {
                foreach (int key in new[] { first, second, first })
                {
                    try
                    {
                        using KeyedLock<int>.Lease lease = await keyed.TryLockAsync(key, timeout, token);
                        if (!lease.IsAcquired) continue;
                        inside[key]++;
                        await env.DelayAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
                        inside[key]--;
                    }
                    catch (OperationCanceledException)
                    {
                        Assert.True(cancellation.IsCancellationRequested);
                    }
                }
            }
        },
        new ExploreOptions { Schedules = 10_000 });

    private void AssertNothingIsInUse()
    {
        Assert.Equal(0, _lock.Count);
        Assert.False(_lock.IsHeld("a"));
        Assert.True(_lock.TryLock("a", out KeyedLock<string>.Lease free));
        free.Dispose();
        Assert.Equal(0, _lock.Count);
    }
}
