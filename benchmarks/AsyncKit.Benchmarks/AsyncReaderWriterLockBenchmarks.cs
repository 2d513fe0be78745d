using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AsyncKit.Benchmarks;

/// <summary>
/// A reader/writer lock that is free, against <see cref="ReaderWriterLockSlim"/>, whose holds belong to a thread; and
/// readers that wait for a writer.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class AsyncReaderWriterLockBenchmarks
{
    private const int Turns = 1000;
    private const int Readers = 100;

    private static readonly ReaderWriterLockSlim _slim = new();
    private readonly AsyncReaderWriterLock _lock = new();
    private readonly ValueTask<AsyncReaderWriterLock.ReaderLease>[] _waits =
        new ValueTask<AsyncReaderWriterLock.ReaderLease>[Readers];

    [BenchmarkCategory("Reader"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public void ReaderOfReaderWriterLockSlim()
    {
        for (var i = 0; i < Turns; i++)
        {
            _slim.EnterReadLock();
            _slim.ExitReadLock();
        }
    }

    [BenchmarkCategory("Reader"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task ReaderAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _lock.ReaderLockAsync())
            {
            }
        }
    }

    [BenchmarkCategory("Writer"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public void WriterOfReaderWriterLockSlim()
    {
        for (var i = 0; i < Turns; i++)
        {
            _slim.EnterWriteLock();
            _slim.ExitWriteLock();
        }
    }

    [BenchmarkCategory("Writer"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task WriterAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _lock.WriterLockAsync())
            {
            }
        }
    }

    [BenchmarkCategory("Upgrade"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public void UpgradeOfReaderWriterLockSlim()
    {
        for (var i = 0; i < Turns; i++)
        {
            _slim.EnterUpgradeableReadLock();
            _slim.EnterWriteLock();
            _slim.ExitWriteLock();
            _slim.ExitUpgradeableReadLock();
        }
    }

    [BenchmarkCategory("Upgrade"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task UpgradeAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using AsyncReaderWriterLock.UpgradeableLease reader = await _lock.UpgradeableReaderLockAsync();
            using (await reader.UpgradeAsync())
            {
            }
        }
    }

    [BenchmarkCategory("Queued"), Benchmark(OperationsPerInvoke = Readers)]
    public async Task ReadersBehindAWriterAsync()
    {
        using (await _lock.WriterLockAsync())
        {
            for (var i = 0; i < Readers; i++) _waits[i] = _lock.ReaderLockAsync();
        }

        for (var i = 0; i < Readers; i++) (await _waits[i]).Dispose();
    }
}
