using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

[Collection(typeof(Alone))]
public class KeyedLockManyTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly KeyedLock<string> _lock = new(name: "orders");

    [Fact]
    public async Task AllKeys_AreHeldAtOnce_AndReleasedOnce()
    {
        KeyedLock<string>.Lease lease = await _lock.LockManyAsync(["a", "b", "c", "b"]);
        Assert.True(lease.IsAcquired);
        Assert.Equal(3, _lock.Count);
        Assert.All(["a", "b", "c"], key => Assert.False(_lock.TryLock(key, out _)));

        lease.Dispose();
        Assert.Equal(0, _lock.Count);
        KeyedLock<string>.Lease[] later =
            [await _lock.LockAsync("a"), await _lock.LockAsync("b"), await _lock.LockAsync("c")];
        lease.Dispose();

        Assert.Equal(3, _lock.Count);
        Assert.Equal([true, true, true], later.Select(single => single.IsAcquired));
        foreach (KeyedLock<string>.Lease single in later) single.Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task NoKeys_GiveAHoldOfNothing()
    {
        KeyedLock<string>.Lease lease = await _lock.TryLockManyAsync([], TimeSpan.Zero);

        Assert.True(lease.IsAcquired);
        Assert.Equal(0, _lock.Count);
        lease.Dispose();
        lease.Dispose();
    }

    [Fact]
    public void ANullAmongTheKeys_IsRefused()
    {
        ArgumentException refused = Assert.Throws<ArgumentException>(
            "keys", () => { _ = _lock.LockManyAsync(["a", null!]); });

        Assert.Contains("keys must not contain null", refused.Message);
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task Keys_AreEnumeratedOnce_InTheCall()
    {
        var enumerations = 0;
        using KeyedLock<string>.Lease held = await _lock.LockAsync("b");

        ValueTask<KeyedLock<string>.Lease> wait = _lock.LockManyAsync(Keys());
        Assert.Equal(1, enumerations);
        Assert.False(wait.IsCompleted);
        held.Dispose();

        (await wait).Dispose();
        Assert.Equal(1, enumerations);

        IEnumerable<string> Keys()
        {
            enumerations++;
            yield return "a";
            yield return "b";
        }
    }

    [Fact]
    public void WhatTheEnumerationThrows_ComesOutOfTheCall()
    {
        Assert.Throws<InvalidDataException>(() => { _ = _lock.LockManyAsync(Keys()); });

        Assert.Equal(0, _lock.Count);

        static IEnumerable<string> Keys()
        {
            yield return "a";
            throw new InvalidDataException("no more keys");
        }
    }

    [Fact]
    public async Task AKeyThatIsHeld_IsWaitedForInTheOrderOfArrival()
    {
        KeyedLock<string>.Lease held = await _lock.LockAsync("a");
        Task<KeyedLock<string>.Lease> many = _lock.LockManyAsync(["b", "a"]).AsTask();
        Task<KeyedLock<string>.Lease> single = _lock.LockAsync("a").AsTask();
        Assert.Equal(2, _lock.WaiterCount);

        held.Dispose();
        KeyedLock<string>.Lease both = await many;
        Assert.True(_lock.IsHeld("b"));
        Assert.False(single.IsCompleted);
        both.Dispose();

        (await single).Dispose();
        Assert.Equal(0, _lock.Count);
    }

    [Fact]
    public async Task ZeroTime_TakesAllOrNone()
    {
        using KeyedLock<string>.Lease held = await _lock.LockAsync("c");

        KeyedLock<string>.Lease none = await _lock.TryLockManyAsync(["a", "b", "c", "d"], TimeSpan.Zero);
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(
            () => _lock.LockManyAsync(["a", "b", "c", "d"], TimeSpan.Zero).AsTask());

        Assert.False(none.IsAcquired);
        Assert.Contains("KeyedLock \"orders\"", late.Message);
        Assert.Equal(1, _lock.Count);
        using KeyedLock<string>.Lease rest = await _lock.TryLockManyAsync(["a", "b", "d"], TimeSpan.Zero);
        Assert.True(rest.IsAcquired);
    }

    [Fact]
    public Task TheTimeLimit_IsForAllKeysTogether() => AsyncTest.RunAsync(async env =>
    {
        var keyed = new KeyedLock<int>(timeProvider: env.Time);
        Task[] holders = [.. Enumerable.Range(0, 4).Select(key => HoldAsync(key, (key + 1) * 2 * _second))];

        // Key by key it waits two seconds, and never three; together it waits longer than five.
        TimeoutException late = await Assert.ThrowsAsync<TimeoutException>(
            () => keyed.LockManyAsync([3, 2, 1, 0], 5 * _second).AsTask());
        Assert.Equal(5 * _second, env.Elapsed);
        Assert.Contains("00:00:05", late.Message);
        Assert.Equal([false, false, true, true], Enumerable.Range(0, 4).Select(keyed.IsHeld));
        Assert.Equal(2, keyed.Count);

        KeyedLock<int>.Lease given = await keyed.TryLockManyAsync([1, 2], 1 * _second);
        Assert.Equal(6 * _second, env.Elapsed);
        Assert.Equal(keyed.IsHeld(1), given.IsAcquired);
        given.Dispose();
        await Task.WhenAll(holders);
        Assert.Equal(0, keyed.Count);

        async Task HoldAsync(int key, TimeSpan time)
        {
            using KeyedLock<int>.Lease lease = await keyed.LockAsync(key);
            await env.DelayAsync(time);
        }
    });

    [Fact]
    public async Task KeysInOppositeOrders_NeverDeadlock_WhateverTheSchedule()
    {
        int schedules = LongSuite.Count(usual: 10_000, full: 20_000);

        ExploreReport report = await AsyncTest.ExploreAsync(
            async env =>
            {
                // In one part of the lock, where the order of the keys is that in which they came into use.
                var keyed = new KeyedLock<int>(new ForeignComparer(), timeProvider: env.Time);
                int[] inside = new int[3];
                env.Always(() => inside.All(static holders => holders <= 1), "at most one holds a key");

                await Task.WhenAll(
                    env.Start("ascending", () => UseAsync(0, 1, 2)),
                    env.Start("descending", () => UseAsync(2, 1, 0)),
                    env.Start("some", () => UseAsync(1, 0)),
                    env.Start("single", () => UseAsync(1)));

                Assert.Equal(0, keyed.Count);
                Assert.Equal(0, keyed.WaiterCount);

                async Task UseAsync(params int[] keys)
                {
                    using KeyedLock<int>.Lease lease = keys is [var only]
                        ? await keyed.LockAsync(only)
                        : await keyed.LockManyAsync(keys);
                    foreach (int key in keys) inside[key]++;
                    await env.YieldAsync();
                    foreach (int key in keys) inside[key]--;
                }
            },
            new ExploreOptions { Schedules = schedules });

        Assert.True(report.IsComplete || report.Schedules == schedules);
    }

    [Fact]
    public async Task TwoCallersInOppositeOrders_NeverDeadlock_AndThatIsAllThereIs()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            async env =>
            {
                var keyed = new KeyedLock<int>(new ForeignComparer());
                await Task.WhenAll(env.Start("one", () => UseAsync(0, 1)), env.Start("other", () => UseAsync(1, 0)));
                Assert.Equal(0, keyed.Count);

                async Task UseAsync(int first, int second)
                {
                    using (await keyed.LockManyAsync([first, second])) await env.YieldAsync();
                }
            },
            new ExploreOptions { Strategy = ExploreStrategy.Exhaustive(), Schedules = 100_000 });

        LongSuite.Say($"{report.Schedules:N0} schedules");
        Assert.True(report.IsComplete);
    }

    [Fact]
    public Task CancelledAnywhere_AllKeysAreFreeAfterwards() => AsyncTest.CancelEverywhereAsync(
        async (env, cancellationToken) =>
        {
            var keyed = new KeyedLock<int>(timeProvider: env.Time);
            try
            {
                await Task.WhenAll(UseAsync(0, 1, 2), UseAsync(2, 0), UseAsync(1, 2, 0));
            }
            catch (OperationCanceledException)
            {
                // At whatever step it was.
            }

            Assert.Equal(0, keyed.Count);
            Assert.Equal(0, keyed.WaiterCount);
            using KeyedLock<int>.Lease all =
                await keyed.TryLockManyAsync([0, 1, 2], TimeSpan.Zero, CancellationToken.None);
            Assert.True(all.IsAcquired);

            async Task UseAsync(params int[] keys)
            {
                using KeyedLock<int>.Lease lease = await keyed.LockManyAsync(keys, cancellationToken);
                await env.DelayAsync(_second, cancellationToken);
            }
        });
}
