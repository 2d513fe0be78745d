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
        using var cancellation = new CancellationTokenSource();
        CancellationToken cancellationToken = cancellation.Token;
        var rounds = new AsyncBarrier(3);
        await PassAsync();
        var passed = 1;

        long allocated = Allocations.LeastOf(() =>
        {
            Assert.True(PassAsync().IsCompletedSuccessfully);
            passed++;
        });

        Assert.Equal(0, allocated);
        Assert.Equal(passed * Phases, rounds.CurrentPhaseNumber);

        // Goes on without a suspension, so it is all on one thread.
        async ValueTask PassAsync()
        {
            for (var phase = 0; phase < Phases; phase++)
            {
                ValueTask<int> first = rounds.SignalAndWaitAsync(cancellationToken);
                ValueTask<int> second = rounds.TrySignalAndWaitAsync(TimeSpan.FromHours(1), cancellationToken);
                await rounds.SignalAndWaitAsync(cancellationToken);
                await second;
                await first;
            }
        }
    }
}
