using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>In the steady state nothing is allocated, whether one has to wait or not.</summary>
[Collection(typeof(Alone))]
public class AllocationLaws
{
    private const int Warmups = 200;
    private const int Rounds = 1_000;
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    [Theory, EachWaitable(Traits.Pools | Traits.StartsFree, Without = Traits.Timed | Traits.Allocates)]
    public void Free_ItCostsNoMemory(string name)
    {
        using var source = new CancellationTokenSource();
        Waitable free = Waitables.Create(name);
        foreach (Form form in Enum.GetValues<Form>())
        {
            Assert.Equal((form, 0), (form, Allocated(() => free.UseFree(form, _hour, CancellationToken.None))));
            Assert.Equal((form, 0), (form, Allocated(() => free.UseFree(form, _hour, source.Token))));
        }
    }

    [Theory, EachWaitable(Traits.Pools, Without = Traits.Timed | Traits.Allocates)]
    public void Taken_AWaitCostsNoMemory_WithTokenAndLimit(string name)
    {
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name);
        foreach (Form form in Enum.GetValues<Form>())
        {
            Assert.Equal((form, 0), (form, Allocated(() => taken.UseTaken(form, _hour, CancellationToken.None))));
            Assert.Equal((form, 0), (form, Allocated(() => taken.UseTaken(form, _hour, source.Token))));
        }
    }

    private static long Allocated(Action use)
    {
        for (var i = 0; i < Warmups; i++) use();
        return Allocations.LeastOf(() =>
        {
            for (var i = 0; i < Rounds; i++) use();
        });
    }
}
