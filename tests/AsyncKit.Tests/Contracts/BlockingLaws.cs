using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>Threads that block.</summary>
[Collection(typeof(Alone))]
public class BlockingLaws
{
    private const int Threads = 4;

    // As AsyncEx #107: there, a blocked thread is woken by the pool, and hangs when the pool has no thread to spare.
    [Theory, EachWaitable(Traits.Blocks)]
    public void BlockedThreads_AreWokenByWhoLetsGo_AlsoWhenThePoolHasNoThread(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Blocked[] blocked =
        [
            .. Enumerable.Range(0, Threads).Select(_ => Blocked.Begin(() =>
            {
                Grant grant = taken.Wait(Form.Plain, Timeout.InfiniteTimeSpan);
                taken.EndUse(grant);
                return grant;
            })),
        ];
        Limit.Until(() => taken.Has(Traits.Counts)
            ? taken.WaiterCount is Threads
            : blocked.All(each => each.IsWaiting));
        using var full = new FullPool();

        taken.LetGo();

        foreach (Blocked each in blocked) Assert.True(each.Result().IsGranted);
        Assert.False(full.HasRun, "The pool has run something behind what fills it.");
    }

    [Theory, EachWaitable(Traits.Blocks)]
    public void AnInterruptedThread_Throws_AndHasTakenNothing(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            Waitable taken = Waitables.CreateTaken(name);
            Blocked interrupted = Blocked.On(taken, form, TimeSpan.FromHours(1));
            Pending next = taken.WaitAsync();

            interrupted.Interrupt();

            Assert.Throws<ThreadInterruptedException>(() => interrupted.Result());
            if (taken.Has(Traits.Counts)) Assert.Equal(1, taken.WaiterCount);
            taken.LetGo();
            taken.EndUse(Check.IsGranted(next));
            if (taken.Has(Traits.Remembers)) Check.IsFree(taken);
        }
    }

    // The moment of the grant is by chance; whatever it is, a thread that was interrupted has it or has it not.
    [Theory, EachWaitable(Traits.Blocks | Traits.OneAtATime | Traits.Remembers)]
    public void AnInterruptAgainstAGrant_LosesNothing(string name)
    {
        for (var round = 0; round < 50; round++)
        {
            Waitable taken = Waitables.CreateTaken(name);
            Blocked interrupted = Blocked.On(taken);
            Blocked owner = Blocked.Begin(() =>
            {
                taken.LetGo();
                return default;
            });

            interrupted.Interrupt();

            owner.Result();
            var isGranted = true;
            try
            {
                taken.EndUse(interrupted.Result());
            }
            catch (ThreadInterruptedException)
            {
                isGranted = false;
            }

            Assert.False(isGranted && taken.IsTaken, "It was granted, and is not given back.");
            Check.IsFree(taken);
        }
    }
}
