using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace AsyncKit.Benchmarks;

/// <summary>An event that nobody has to wait for, against <see cref="ManualResetEventSlim"/>, which blocks.</summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class AsyncManualResetEventBenchmarks
{
    private const int Turns = 1000;

    private static readonly ManualResetEventSlim _slim = new();
    private static readonly ManualResetEventSlim _setSlim = new(initialState: true);
    private readonly AsyncManualResetEvent _event = new();
    private readonly AsyncManualResetEvent _setEvent = new(isSet: true);

    [BenchmarkCategory("Set and reset"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public void SetAndResetManualResetEventSlim()
    {
        for (var i = 0; i < Turns; i++)
        {
            _slim.Set();
            _slim.Reset();
        }
    }

    [BenchmarkCategory("Set and reset"), Benchmark(OperationsPerInvoke = Turns)]
    public void SetAndResetAsyncManualResetEvent()
    {
        for (var i = 0; i < Turns; i++)
        {
            _event.Set();
            _event.Reset();
        }
    }

    [BenchmarkCategory("Wait when set"), Benchmark(Baseline = true, OperationsPerInvoke = Turns)]
    public void WaitManualResetEventSlim()
    {
        for (var i = 0; i < Turns; i++) _setSlim.Wait();
    }

    [BenchmarkCategory("Wait when set"), Benchmark(OperationsPerInvoke = Turns)]
    public async Task WaitAsyncManualResetEventAsync()
    {
        for (var i = 0; i < Turns; i++) await _setEvent.WaitAsync();
    }
}
