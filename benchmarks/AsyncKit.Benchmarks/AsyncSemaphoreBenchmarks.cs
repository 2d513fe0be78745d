using System.Threading.Channels;
using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AsyncKit.Benchmarks;

/// <summary>
/// Permits that are free, one or several at once, against <see cref="SemaphoreSlim"/>, and as a signal that hands items
/// over one by one, against a <see cref="Channel{T}"/>.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class AsyncSemaphoreBenchmarks
{
    private const int Turns = 1000;
    private const int Permits = 10;
    private const int Waiters = 100;
    private const int Items = 10_000;

    private static readonly CancellationTokenSource _source = new();
    private readonly SemaphoreSlim _semaphoreSlim = new(Permits, Permits);
    private readonly AsyncSemaphore _semaphore = new(Permits);
    private readonly Task[] _tasks = new Task[Waiters];
    private readonly ValueTask<AsyncSemaphore.Lease>[] _waits = new ValueTask<AsyncSemaphore.Lease>[Waiters];
    private readonly Channel<int> _channel = Channel.CreateBounded<int>(1);
    private readonly SemaphoreSlim _roomSlim = new(1, 1);
    private readonly SemaphoreSlim _filledSlim = new(0, 1);
    private readonly AsyncSemaphore _room = new(1);
    private readonly AsyncSemaphore _filled = new(0, 1);
    private int _item;

    [BenchmarkCategory("Free"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public async Task FreeSemaphoreSlimAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            await _semaphoreSlim.WaitAsync();
            _semaphoreSlim.Release();
        }
    }

    [BenchmarkCategory("Free"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task FreeAsyncSemaphoreAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _semaphore.AcquireAsync())
            {
            }
        }
    }

    [BenchmarkCategory("Free"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task FreeAsyncSemaphoreThreeAtOnceAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            using (await _semaphore.AcquireAsync(3))
            {
            }
        }
    }

    [BenchmarkCategory("Queued, token"), Benchmark(Baseline = true, OperationsPerInvoke = Waiters)]
    public async Task QueuedWithTokenSemaphoreSlimAsync()
    {
        for (var i = 0; i < Permits; i++) await _semaphoreSlim.WaitAsync();
        for (var i = 0; i < Waiters; i++) _tasks[i] = _semaphoreSlim.WaitAsync(_source.Token);
        _semaphoreSlim.Release(Permits);
        for (var i = 0; i < Waiters; i++)
        {
            await _tasks[i];
            _semaphoreSlim.Release();
        }
    }

    [BenchmarkCategory("Queued, token"), Benchmark(OperationsPerInvoke = Waiters)]
    public async Task QueuedWithTokenAsyncSemaphoreAsync()
    {
        using (await _semaphore.AcquireAsync(Permits))
        {
            for (var i = 0; i < Waiters; i++) _waits[i] = _semaphore.AcquireAsync(1, _source.Token);
        }

        for (var i = 0; i < Waiters; i++)
        {
            using (await _waits[i])
            {
            }
        }
    }

    [BenchmarkCategory("One item at a time"), Benchmark(Baseline = true, OperationsPerInvoke = Items)]
    public Task HandOverByBoundedChannelAsync() => HandOverAsync(
        item => _channel.Writer.WriteAsync(item),
        () => _channel.Reader.ReadAsync());

    [BenchmarkCategory("One item at a time"), Benchmark(OperationsPerInvoke = Items)]
    public Task HandOverBySemaphoreSlimAsync() => HandOverAsync(
        async item =>
        {
            await _roomSlim.WaitAsync();
            _item = item;
            _filledSlim.Release();
        },
        async () =>
        {
            await _filledSlim.WaitAsync();
            int item = _item;
            _roomSlim.Release();
            return item;
        });

    [BenchmarkCategory("One item at a time"), Benchmark(OperationsPerInvoke = Items)]
    public Task HandOverByAsyncSemaphoreAsync() => HandOverAsync(
        async item =>
        {
            await _room.AcquireAsync();
            _item = item;
            _filled.Release();
        },
        async () =>
        {
            await _filled.AcquireAsync();
            int item = _item;
            _room.Release();
            return item;
        });

    private static async Task HandOverAsync(Func<int, ValueTask> put, Func<ValueTask<int>> take)
    {
        Task taker = Task.Run(async () =>
        {
            for (var i = 0; i < Items; i++) await take();
        });
        for (var i = 0; i < Items; i++) await put(i);
        await taker;
    }
}
