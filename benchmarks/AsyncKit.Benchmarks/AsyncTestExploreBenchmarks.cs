using AsyncKit.Testing;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>What a schedule of an exploration takes in real time.</summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
public class AsyncTestExploreBenchmarks
{
    private const int Schedules = 20_000;
    private const int CrossingSchedules = 1_000;

    private static readonly ExploreOptions _options = new() { Schedules = Schedules };
    private static readonly ExploreOptions _crossing = new() { Schedules = CrossingSchedules };

    [Benchmark(OperationsPerInvoke = Schedules)]
    public Task TwoWorkersThatYieldThreeTimesAsync() => AsyncTest.ExploreAsync(
        static _ => Task.WhenAll(YieldAsync(), YieldAsync()), _options);

    [Benchmark(OperationsPerInvoke = Schedules)]
    public Task TwoNamedStrandsAsync() => AsyncTest.ExploreAsync(
        static env => Task.WhenAll(env.Start("a", YieldAsync), env.Start("b", YieldAsync)), _options);

    [Benchmark(OperationsPerInvoke = Schedules)]
    public Task TwoDelaysAsync() => AsyncTest.ExploreAsync(
        static env => Task.WhenAll(
            env.DelayAsync(TimeSpan.FromSeconds(1)), env.DelayAsync(TimeSpan.FromSeconds(2))),
        _options);

    [Benchmark(OperationsPerInvoke = Schedules)]
    public Task ThreeUsersOfASemaphoreAsync() => AsyncTest.ExploreAsync(
        static _ =>
        {
            var oneAtATime = new SemaphoreSlim(1);
            return Task.WhenAll(UseAsync(oneAtATime), UseAsync(oneAtATime), UseAsync(oneAtATime));
        },
        _options);

    [Benchmark(OperationsPerInvoke = CrossingSchedules)]
    public Task TwoTaskRunsAsync() => AsyncTest.ExploreAsync(
        static _ => Task.WhenAll(Task.Run(static () => { }), Task.Run(static () => { })), _crossing);

    [Benchmark(OperationsPerInvoke = CrossingSchedules)]
    public Task FourteenCrossingsAsync() => AsyncTest.ExploreAsync(
        static _ => Task.WhenAll(Task.Run(CrossAsync), Task.Run(CrossAsync)), _crossing);

    private static async Task YieldAsync()
    {
        for (var i = 0; i < 3; i++) await Task.Yield();
    }

    private static async Task UseAsync(SemaphoreSlim oneAtATime)
    {
        for (var i = 0; i < 3; i++)
        {
            await oneAtATime.WaitAsync();
            await Task.Yield();
            oneAtATime.Release();
        }
    }

    private static async Task CrossAsync()
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            await Task.Run(static () => { }).ConfigureAwait(false);
        }
    }
}
