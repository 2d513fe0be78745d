using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>Which time limits there are, and that zero never waits.</summary>
[Collection(typeof(Alone))]
public class LimitLaws
{
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    [Theory, EachWaitable]
    public void AZeroLimit_NeverWaits(string name)
    {
        foreach (Form form in (Form[])[Form.Limited, Form.Trying])
        {
            var clock = new CountedClock();
            Waitable taken = Waitables.CreateTaken(name, clock);
            int timers = clock.TimersSet;

            Pending wait = taken.WaitAsync(form, TimeSpan.Zero);

            Assert.True(wait.IsCompleted);
            Check.HasTimedOut(wait, form);
            Assert.Equal(timers, clock.TimersSet);
            if (taken.Has(Traits.Counts)) Assert.Equal(0, taken.WaiterCount);
            Check.IsGrantedWhenLetGo(taken);
        }
    }

    [Theory, EachWaitable(Traits.Blocks)]
    public void AZeroLimit_NeverBlocks(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);

        Assert.Throws<TimeoutException>(() => taken.Wait(Form.Limited, TimeSpan.Zero));
        Assert.False(taken.Wait(Form.Trying, TimeSpan.Zero).IsGranted);
        Check.IsGrantedWhenLetGo(taken);
    }

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers)]
    public void AZeroLimit_IsEnough_WhenItIsFree(string name)
    {
        foreach (Form form in (Form[])[Form.Limited, Form.Trying])
        {
            Waitable free = Waitables.Create(name);

            free.EndUse(Check.IsGranted(free.WaitAsync(form, TimeSpan.Zero)));

            if (!free.Has(Traits.Timed)) Check.IsFree(free);
        }
    }

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers | Traits.Blocks)]
    public void AZeroLimit_IsEnoughToBlock_WhenItIsFree(string name)
    {
        foreach (Form form in (Form[])[Form.Limited, Form.Trying])
        {
            Waitable free = Waitables.Create(name);
            Grant grant = free.Wait(form, TimeSpan.Zero);
            Assert.True(grant.IsGranted);
            free.EndUse(grant);
            Check.IsFree(free);
        }
    }

    [Theory, EachWaitable]
    public void AnInfiniteAndTheLongestLimit_Wait(string name)
    {
        foreach (TimeSpan limit in (TimeSpan[])[Timeout.InfiniteTimeSpan, _longest])
        {
            foreach (Form form in (Form[])[Form.Limited, Form.Trying])
            {
                Waitable taken = Waitables.CreateTaken(name);
                Pending wait = taken.WaitAsync(form, limit);
                Assert.False(wait.IsCompleted);

                taken.LetGo();

                taken.EndUse(Check.IsGranted(wait));
            }
        }
    }

    [Theory, EachWaitable(Traits.Blocks)]
    public void AnInfiniteAndTheLongestLimit_Block(string name)
    {
        foreach (TimeSpan limit in (TimeSpan[])[Timeout.InfiniteTimeSpan, _longest])
        {
            Waitable taken = Waitables.CreateTaken(name);
            Blocked blocked = Blocked.On(taken, Form.Limited, limit);

            taken.LetGo();

            taken.EndUse(blocked.Result());
        }
    }

    [Theory, EachWaitable]
    public void ALimitThatIsNegativeOrTooLong_ThrowsAtTheCall(string name)
    {
        TimeSpan[] wrong =
        [
            TimeSpan.FromTicks(-1), TimeSpan.FromMilliseconds(-2), TimeSpan.MinValue,
            TimeSpan.FromMilliseconds(uint.MaxValue), TimeSpan.MaxValue,
        ];
        foreach (TimeSpan limit in wrong)
        {
            Waitable taken = Waitables.CreateTaken(name);
            foreach (Form form in (Form[])[Form.Limited, Form.Trying])
            {
                Assert.Throws<ArgumentOutOfRangeException>("timeout", () => taken.WaitAsync(form, limit));
                if (taken.Has(Traits.Blocks))
                    Assert.Throws<ArgumentOutOfRangeException>("timeout", () => taken.Wait(form, limit));
            }

            Check.IsGrantedWhenLetGo(taken);
        }
    }
}
