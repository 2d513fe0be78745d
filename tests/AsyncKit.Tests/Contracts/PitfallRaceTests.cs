using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>Those of the <see cref="PitfallTests"/> that take two threads which meet.</summary>
[Collection(typeof(Alone))]
public class PitfallRaceTests
{
    [Theory, EachWaitable(Traits.OneAtATime | Traits.Remembers, Without = Traits.Timed)]
    public void Pitfall04_GrantAgainstCancellation_IsDecidedOnce_AndNothingIsLost(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        using var canceller = new Canceller();
        for (int rounds = LongSuite.Count(300, 5_000); rounds > 0; rounds--)
        {
            Pending mayBeCancelled = taken.WaitAsync(canceller.Token);
            Pending behind = taken.WaitAsync();
            canceller.Begin();
            taken.LetGo();
            canceller.End();

            Limit.Until(() => mayBeCancelled.IsCompleted);
            Assert.Equal(mayBeCancelled.IsCanceled, behind.IsCompleted);
            if (mayBeCancelled.IsCanceled) Check.IsCancelled(mayBeCancelled, canceller.Token);
            else taken.EndUse(Check.IsGranted(mayBeCancelled));
            taken.EndUse(Check.IsGranted(behind));
            Check.IsFree(taken);
            taken.Occupy();
            canceller.NextRound();
        }
    }

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers, Without = Traits.Timed)]
    public void Pitfall10_AWaiterThatIsUsedAgain_IsNotCancelledByTheTokenOfItsEarlierWait(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        using var canceller = new Canceller();
        for (int rounds = LongSuite.Count(300, 5_000); rounds > 0; rounds--)
        {
            Pending earlier = taken.WaitAsync(canceller.Token);
            taken.LetGo();
            canceller.Begin();

            // The callback of the token runs just now, and has come too late.
            taken.EndUse(Check.IsGranted(earlier));
            taken.Occupy();
            Pending later = taken.WaitAsync();
            canceller.End();

            Assert.False(later.IsCompleted);
            taken.LetGo();
            taken.EndUse(Check.IsGranted(later));
            taken.Occupy();
            canceller.NextRound();
        }
    }
}
