using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AsyncKit.Benchmarks;

/// <summary>
/// A lock across awaits, against <see cref="SemaphoreSlim"/>: free, queued for, held across a yield, and given up.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class AsyncLockBenchmarks
{
    private const int Turns = 1000;
    private const int Waiters = 100;
    private const int Workers = 16;
    private const int TurnsOfWorker = 500;

    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(1);

    private static readonly CancellationTokenSource _source = new();
    private readonly SemaphoreSlim _semaphoreSlim = new(1, 1);
    private readonly AsyncLock _lock = new();
    private readonly NeoSmart.AsyncLock.AsyncLock _neoSmart = new();
    private readonly Task[] _tasks = new Task[Waiters];
    private readonly ValueTask<AsyncLock.Lease>[] _waits = new ValueTask<AsyncLock.Lease>[Waiters];
    private long _state;

    [BenchmarkCategory("Free"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public async Task FreeSemaphoreSlimAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            await _semaphoreSlim.WaitAsync();
            _semaphoreSlim.Release();
        }
    }

    /// <summary>The floor of anything that is taken and given back.</summary>
    [BenchmarkCategory("Free"), Benchmark(OperationsPerInvoke = Turns)]
    public long FreeTwoCompareExchanges()
    {
        for (var i = 0; i < Turns; i++)
        {
            if (Interlocked.CompareExchange(ref _state, 1, 0) is not 0) return i;
            if (Interlocked.CompareExchange(ref _state, 0, 1) is not 1) return i;
        }

        return Turns;
    }

    [BenchmarkCategory("Free"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task FreeAsyncLockAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _lock.LockAsync())
            {
            }
        }
    }

    [BenchmarkCategory("Free"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task FreeNeoSmartAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _neoSmart.LockAsync())
            {
            }
        }
    }

    [BenchmarkCategory("Queued"), Benchmark(Baseline = true, OperationsPerInvoke = Waiters)]
    public Task QueuedSemaphoreSlimAsync() => QueueForSemaphoreAsync(Timeout.InfiniteTimeSpan, CancellationToken.None);

    [BenchmarkCategory("Queued"), Benchmark(OperationsPerInvoke = Waiters)]
    public Task QueuedAsyncLockAsync() => QueueForLockAsync(Timeout.InfiniteTimeSpan, CancellationToken.None);

    [BenchmarkCategory("Queued, token"), Benchmark(Baseline = true, OperationsPerInvoke = Waiters)]
    public Task QueuedWithTokenSemaphoreSlimAsync() => QueueForSemaphoreAsync(Timeout.InfiniteTimeSpan, _source.Token);

    [BenchmarkCategory("Queued, token"), Benchmark(OperationsPerInvoke = Waiters)]
    public Task QueuedWithTokenAsyncLockAsync() => QueueForLockAsync(Timeout.InfiniteTimeSpan, _source.Token);

    [BenchmarkCategory("Queued, timeout"), Benchmark(Baseline = true, OperationsPerInvoke = Waiters)]
    public Task QueuedWithTimeoutSemaphoreSlimAsync() => QueueForSemaphoreAsync(_timeout, CancellationToken.None);

    [BenchmarkCategory("Queued, timeout"), Benchmark(OperationsPerInvoke = Waiters)]
    public Task QueuedWithTimeoutAsyncLockAsync() => QueueForLockAsync(_timeout, CancellationToken.None);

    [BenchmarkCategory("Queued, both"), Benchmark(Baseline = true, OperationsPerInvoke = Waiters)]
    public Task QueuedWithBothSemaphoreSlimAsync() => QueueForSemaphoreAsync(_timeout, _source.Token);

    [BenchmarkCategory("Queued, both"), Benchmark(OperationsPerInvoke = Waiters)]
    public Task QueuedWithBothAsyncLockAsync() => QueueForLockAsync(_timeout, _source.Token);

    [BenchmarkCategory("Yield"), Benchmark(Baseline = true, OperationsPerInvoke = Workers * TurnsOfWorker)]
    public Task YieldSemaphoreSlimAsync() => RunWorkersAsync(() => YieldInSemaphoreAsync(CancellationToken.None));

    [BenchmarkCategory("Yield"), Benchmark(OperationsPerInvoke = Workers * TurnsOfWorker)]
    public Task YieldAsyncLockAsync() => RunWorkersAsync(() => YieldInLockAsync(CancellationToken.None));

    [BenchmarkCategory("Yield, token"), Benchmark(Baseline = true, OperationsPerInvoke = Workers * TurnsOfWorker)]
    public Task YieldWithTokenSemaphoreSlimAsync() => RunWorkersAsync(() => YieldInSemaphoreAsync(_source.Token));

    [BenchmarkCategory("Yield, token"), Benchmark(OperationsPerInvoke = Workers * TurnsOfWorker)]
    public Task YieldWithTokenAsyncLockAsync() => RunWorkersAsync(() => YieldInLockAsync(_source.Token));

    private static Task RunWorkersAsync(Func<Task> worker) =>
        Task.WhenAll(Enumerable.Range(0, Workers).Select(_ => Task.Run(worker)));

    private async Task QueueForSemaphoreAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        await _semaphoreSlim.WaitAsync(CancellationToken.None);
        for (var i = 0; i < Waiters; i++) _tasks[i] = _semaphoreSlim.WaitAsync(timeout, cancellationToken);
        _semaphoreSlim.Release();
        for (var i = 0; i < Waiters; i++)
        {
            await _tasks[i];
            _semaphoreSlim.Release();
        }
    }

    private async Task QueueForLockAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        using (await _lock.LockAsync(CancellationToken.None))
        {
            for (var i = 0; i < Waiters; i++) _waits[i] = _lock.LockAsync(timeout, cancellationToken);
        }

        for (var i = 0; i < Waiters; i++)
        {
            using (await _waits[i])
            {
            }
        }
    }

    private async Task YieldInSemaphoreAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < TurnsOfWorker; i++)
        {
            await _semaphoreSlim.WaitAsync(cancellationToken);
            await Task.Yield();
            _semaphoreSlim.Release();
        }
    }

    private async Task YieldInLockAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < TurnsOfWorker; i++)
        {
            using (await _lock.LockAsync(cancellationToken)) await Task.Yield();
        }
    }
}
