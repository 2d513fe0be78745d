using AsyncKit.Synchronization;
using BenchmarkDotNet.Attributes;

namespace AsyncKit.Benchmarks;

/// <summary>Ten participants who meet phase after phase, against <see cref="Barrier"/>, which takes a thread for each.
/// </summary>
[MemoryDiagnoser]
[MedianColumn]
[ShortRunJob]
public class AsyncBarrierBenchmarks
{
    private const int Participants = 10;
    private const int Phases = 500;

    [Benchmark(Baseline = true, OperationsPerInvoke = Phases)]
    public void PhaseOfBarrier()
    {
        using var barrier = new Barrier(Participants);
        Thread[] threads = [.. Enumerable.Range(0, Participants).Select(_ => new Thread(Meet))];
        foreach (Thread thread in threads) thread.Start();
        foreach (Thread thread in threads) thread.Join();

        void Meet()
        {
            for (var phase = 0; phase < Phases; phase++) barrier.SignalAndWait();
        }
    }

    [Benchmark(OperationsPerInvoke = Phases)]
    public Task PhaseOfAsyncBarrierAsync()
    {
        var barrier = new AsyncBarrier(Participants);
        return Task.WhenAll(Enumerable.Range(0, Participants).Select(_ => Task.Run(MeetAsync)));

        async Task MeetAsync()
        {
            for (var phase = 0; phase < Phases; phase++) await barrier.SignalAndWaitAsync();
        }
    }
}
