using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>
/// Waiters that are cancelled, the last first, so that a search from the front would pass all others each time;
/// against <see cref="SemaphoreSlim"/>. Linear means that four times as many take four times as long.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
public class AsyncLockCancellationBenchmarks
{
    private readonly SemaphoreSlim _semaphoreSlim = new(1, 1);
    private readonly AsyncLock _lock = new();

    [Params(5_000, 20_000)]
    public int Waiters { get; set; }

    [Benchmark(Baseline = true)]
    public async Task SemaphoreSlimAsync()
    {
        await _semaphoreSlim.WaitAsync();
        await CancelLastFirstAsync(async token =>
        {
            await _semaphoreSlim.WaitAsync(token);
            _semaphoreSlim.Release();
        });
        _semaphoreSlim.Release();
    }

    [Benchmark]
    public async Task AsyncLockAsync()
    {
        using AsyncLock.Lease held = await _lock.LockAsync();
        await CancelLastFirstAsync(async token =>
        {
            using (await _lock.LockAsync(token))
            {
            }
        });
    }

    private async Task CancelLastFirstAsync(Func<CancellationToken, Task> wait)
    {
        CancellationTokenSource[] sources =
            [.. Enumerable.Range(0, Waiters).Select(_ => new CancellationTokenSource())];
        Task[] waits = [.. sources.Select(source => wait(source.Token))];
        CancelLastFirst(sources);
        await Task.WhenAll(waits).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void CancelLastFirst(CancellationTokenSource[] sources)
    {
        for (int i = sources.Length - 1; i >= 0; i--) sources[i].Cancel();
    }
}
