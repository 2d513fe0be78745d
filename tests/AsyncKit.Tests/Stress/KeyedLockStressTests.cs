using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Stress;

/// <summary>Threads and tasks that take few keys, alone and several at a time, so that entries come and go all the
/// time; some are cancelled and some give up.</summary>
[Collection(typeof(Alone))]
public class KeyedLockStressTests
{
    private const int Limit = 300_000;
    private const int Seed = 68;
    private const int Tasks = 6;
    private const int Threads = 3;
    private const int Keys = 5;

    private readonly int[] _inside = new int[Keys];
    private int _overlaps;
    private int _taken;
    private int _refused;

    [Theory(Timeout = Limit)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhateverTheyDo_AKeyHasOneHolder_AndAllComeToTheirEnd(bool hasOneHash)
    {
        int rounds = LongSuite.Count(usual: 5_000, full: 50_000);
        var keyed = new KeyedLock<int>(hasOneHash ? new SameHash() : null);

        await Task.WhenAll(
        [
            .. Enumerable.Range(0, Tasks).Select(worker => Task.Run(() => WorkAsync(keyed, worker, rounds))),
            .. Enumerable.Range(Tasks, Threads).Select(worker => Task.Factory.StartNew(
                () => Work(keyed, worker, rounds),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ]);

        LongSuite.Say($"seed {Seed}: {_taken:N0} taken, {_refused:N0} cancelled or given up");
        Assert.Equal(0, _overlaps);
        Assert.True(_taken > 0 && _refused > 0);
        Assert.Equal(0, keyed.Count);
        Assert.Equal(0, keyed.WaiterCount);
        Assert.All(Enumerable.Range(0, Keys), key => Assert.False(keyed.IsHeld(key)));
    }

    private async Task WorkAsync(KeyedLock<int> keyed, int worker, int rounds)
    {
        var random = new Random(Seed + worker);
        for (var round = 0; round < rounds; round++)
        {
            int[] keys = AnyKeys(random);
            using CancellationTokenSource? source = random.Next(4) is 0 ? new CancellationTokenSource() : null;
            try
            {
                ValueTask<KeyedLock<int>.Lease> wait = keys is [var only]
                    ? keyed.TryLockAsync(only, AnyLimit(random), source?.Token ?? default)
                    : keyed.TryLockManyAsync(keys, AnyLimit(random), source?.Token ?? default);
                source?.Cancel();
                KeyedLock<int>.Lease lease = await wait;
                if (!Enter(lease, keys)) continue;
                if (random.Next(2) is 0) await Task.Yield();
                Leave(lease, keys, random);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _refused);
            }
        }
    }

    private void Work(KeyedLock<int> keyed, int worker, int rounds)
    {
        var random = new Random(Seed + worker);
        for (var round = 0; round < rounds; round++)
        {
            int key = random.Next(Keys);
            keyed.TryLock(key, AnyLimit(random), out KeyedLock<int>.Lease lease);
            if (Enter(lease, [key])) Leave(lease, [key], random);
        }
    }

    private bool Enter(KeyedLock<int>.Lease lease, int[] keys)
    {
        if (!lease.IsAcquired)
        {
            Interlocked.Increment(ref _refused);
            return false;
        }

        Interlocked.Increment(ref _taken);
        foreach (int key in keys)
            if (Interlocked.Increment(ref _inside[key]) is not 1) Interlocked.Increment(ref _overlaps);
        return true;
    }

    private void Leave(KeyedLock<int>.Lease lease, int[] keys, Random random)
    {
        foreach (int key in keys) Interlocked.Decrement(ref _inside[key]);
        lease.Dispose();
        if (random.Next(4) is 0) lease.Dispose();
    }

    private static int[] AnyKeys(Random random)
    {
        int[] keys = [.. Enumerable.Range(0, Keys)];
        random.Shuffle(keys);
        return keys[..(random.Next(2) is 0 ? 1 : random.Next(1, Keys))];
    }

    private static TimeSpan AnyLimit(Random random) => random.Next(6) switch
    {
        0 => TimeSpan.Zero,
        1 => TimeSpan.FromTicks(random.Next(20_000)),
        _ => Timeout.InfiniteTimeSpan,
    };

    private sealed class SameHash : IEqualityComparer<int>
    {
        public bool Equals(int x, int y) => x == y;

        public int GetHashCode(int obj) => 1;
    }
}
