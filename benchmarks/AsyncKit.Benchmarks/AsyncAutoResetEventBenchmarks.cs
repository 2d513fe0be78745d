using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AsyncKit.Benchmarks;

/// <summary>
/// A signal that is there already, and two workers that signal each other in turn, against <see cref="SemaphoreSlim"/>.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class AsyncAutoResetEventBenchmarks
{
    private const int Turns = 10_000;

    private readonly SemaphoreSlim _pingSlim = new(0, 1);
    private readonly SemaphoreSlim _pongSlim = new(0, 1);
    private readonly AsyncAutoResetEvent _ping = new();
    private readonly AsyncAutoResetEvent _pong = new();

    [BenchmarkCategory("Set and wait"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public async Task SetAndWaitSemaphoreSlimAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            _pingSlim.Release();
            await _pingSlim.WaitAsync();
        }
    }

    [BenchmarkCategory("Set and wait"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task SetAndWaitAsyncAutoResetEventAsync()
    {
        for (var i = 0; i < Turns; i++)
        {
            _ping.Set();
            await _ping.WaitAsync();
        }
    }

    [BenchmarkCategory("Ping-pong"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public async Task PingPongSemaphoreSlimAsync()
    {
        Task other = Task.Run(async () =>
        {
            for (var i = 0; i < Turns; i++)
            {
                await _pingSlim.WaitAsync();
                _pongSlim.Release();
            }
        });
        for (var i = 0; i < Turns; i++)
        {
            _pingSlim.Release();
            await _pongSlim.WaitAsync();
        }

        await other;
    }

    [BenchmarkCategory("Ping-pong"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task PingPongAsyncAutoResetEventAsync()
    {
        Task other = Task.Run(async () =>
        {
            for (var i = 0; i < Turns; i++)
            {
                await _ping.WaitAsync();
                _pong.Set();
            }
        });
        for (var i = 0; i < Turns; i++)
        {
            _ping.Set();
            await _pong.WaitAsync();
        }

        await other;
    }
}
