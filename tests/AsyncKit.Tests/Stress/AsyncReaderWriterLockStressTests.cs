using AsyncKit.Synchronization;
using AsyncKit.Tests.Synchronization;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Tests.Stress;

/// <summary>Threads and tasks that read, write and upgrade at once, while some are cancelled and some give
/// up.</summary>
[Collection(typeof(Alone))]
public class AsyncReaderWriterLockStressTests
{
    private const int Limit = 300_000;
    private const int Seed = 20_260;
    private const int Tasks = 6;
    private const int Threads = 4;

    private readonly AsyncReaderWriterLock _lock = new("stressed");
    private readonly Occupants _inside = new();

    // What each worker listens to at the moment; any other may cancel it.
    private readonly CancellationTokenSource[] _sources =
        [.. Enumerable.Range(0, Tasks + Threads).Select(_ => new CancellationTokenSource())];

    private int _cancelled;
    private int _givenUp;

    [Fact(Timeout = Limit)]
    public async Task WhateverTheyDo_NobodyIsInsideWhoMustNotBe_AndAllComeToTheirEnd()
    {
        int rounds = LongSuite.Count(usual: 10_000, full: 30_000);

        await Task.WhenAll(
        [
            .. Enumerable.Range(0, Tasks).Select(worker => Task.Run(() => WorkAsync(worker, rounds))),
            .. Enumerable.Range(Tasks, Threads).Select(worker => Task.Factory.StartNew(
                () => Work(worker, rounds),
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default)),
        ]);

        LongSuite.Say($"seed {Seed}: {_inside.Checks:N0} inside, {_cancelled:N0} cancelled, {_givenUp:N0} given up");
        Assert.True(_inside.AreNone);
        Assert.True(_cancelled > 0 && _givenUp > 0);
        Assert.Equal(0, _lock.WaiterCount);
        Assert.Equal(0, _lock.ReaderCount);
        Assert.True(_lock.TryWriterLock(out WriterLease free));
        free.Dispose();
    }

    private async Task WorkAsync(int worker, int rounds)
    {
        var random = new Random(Seed + worker);
        for (var round = 0; round < rounds; round++)
        {
            CancellationToken token = NextToken(worker, random);
            try
            {
                await (random.Next(8) switch
                {
                    < 4 => ReadAsync(random, token),
                    4 or 5 => WriteAsync(random, token),
                    _ => UpgradeAsync(random, token),
                });
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
            }
            catch (TimeoutException)
            {
                Interlocked.Increment(ref _givenUp);
            }
        }
    }

    private void Work(int worker, int rounds)
    {
        var random = new Random(Seed + worker);
        for (var round = 0; round < rounds; round++)
        {
            CancellationToken token = NextToken(worker, random);
            try
            {
                int what = random.Next(8);
                if (what < 4) Read(random, token);
                else if (what < 6) Write(random, token);
                else Upgrade(random, token);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _cancelled);
            }
            catch (TimeoutException)
            {
                Interlocked.Increment(ref _givenUp);
            }
        }
    }

    private async Task ReadAsync(Random random, CancellationToken token)
    {
        using ReaderLease lease = await _lock.ReaderLockAsync(AnyLimit(random), token);
        await BeInsideAsync(Occupants.Reader, random);
    }

    private async Task WriteAsync(Random random, CancellationToken token)
    {
        using WriterLease lease = await _lock.TryWriterLockAsync(AnyLimit(random), token);
        if (!lease.IsAcquired) throw new TimeoutException();
        await BeInsideAsync(Occupants.Writer, random);
        if (random.Next(2) is 0) return;
        using ReaderLease reading = lease.Downgrade();
        await BeInsideAsync(Occupants.Reader, random);
    }

    private async Task UpgradeAsync(Random random, CancellationToken token)
    {
        using UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync(AnyLimit(random), token);
        await BeInsideAsync(Occupants.Upgradeable, random);
        using (await upgradeable.UpgradeAsync(AnyLimit(random), token))
            await BeInsideAsync(Occupants.Upgraded, random);
        if (random.Next(2) is 0) return;
        using ReaderLease reading = upgradeable.Downgrade();
        await BeInsideAsync(Occupants.Reader, random);
    }

    private void Read(Random random, CancellationToken token)
    {
        using ReaderLease lease = _lock.ReaderLock(AnyLimit(random), token);
        BeInside(Occupants.Reader, random);
    }

    private void Write(Random random, CancellationToken token)
    {
        if (!_lock.TryWriterLock(AnyLimit(random), out WriterLease lease, token)) throw new TimeoutException();
        using (lease) BeInside(Occupants.Writer, random);
    }

    private void Upgrade(Random random, CancellationToken token)
    {
        using UpgradeableLease upgradeable = _lock.UpgradeableReaderLock(token);
        BeInside(Occupants.Upgradeable, random);
        using (upgradeable.Upgrade(AnyLimit(random), token)) BeInside(Occupants.Upgraded, random);
    }

    private async Task BeInsideAsync(int who, Random random)
    {
        _inside.Enter(who);
        if (random.Next(4) is 0) await Task.Yield();
        _inside.Leave(who);
    }

    private void BeInside(int who, Random random)
    {
        _inside.Enter(who);
        if (random.Next(4) is 0) Thread.Yield();
        _inside.Leave(who);
    }

    // Some have no time at all, some a little, some no limit.
    private static TimeSpan AnyLimit(Random random) => random.Next(16) switch
    {
        0 => TimeSpan.Zero,
        1 => TimeSpan.FromMilliseconds(random.Next(1, 4)),
        _ => Timeout.InfiniteTimeSpan,
    };

    private CancellationToken NextToken(int worker, Random random)
    {
        if (_sources[worker].IsCancellationRequested) _sources[worker] = new CancellationTokenSource();
        if (random.Next(8) is 0) Volatile.Read(ref _sources[random.Next(_sources.Length)]).Cancel();
        return _sources[worker].Token;
    }
}
