using AsyncKit.Synchronization;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Runs alone: while others in the process listen, waits are reported, and that takes memory.</summary>
[Collection(typeof(Alone))]
public class AsyncBarrierMemoryTests
{
    [Fact]
    public async Task Arrivals_AllocateNothing_OnceTheWaitersAreThere()
    {
        const int Phases = 1_000;

        // A listener of an earlier test may be about to leave.
        const int Attempts = 100;
        using var cancellation = new CancellationTokenSource();
        CancellationToken cancellationToken = cancellation.Token;
        var rounds = new AsyncBarrier(3);
        await PassAsync();
        var passed = 1;

        long least = long.MaxValue;
        for (; passed <= Attempts && least > 0; passed++) least = Math.Min(least, await PassAsync());

        Assert.Equal(0, least);
        Assert.Equal(passed * Phases, rounds.CurrentPhaseNumber);

        // Goes on without a suspension, so it is all on one thread.
        async Task<long> PassAsync()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (var phase = 0; phase < Phases; phase++)
            {
                ValueTask<int> first = rounds.SignalAndWaitAsync(cancellationToken);
                ValueTask<int> second = rounds.TrySignalAndWaitAsync(TimeSpan.FromHours(1), cancellationToken);
                await rounds.SignalAndWaitAsync(cancellationToken);
                await second;
                await first;
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }
}
