using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>Time limits that pass, on a clock that the test moves.</summary>
[Collection(typeof(Alone))]
public class TimeLaws
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _tick = TimeSpan.FromTicks(1);
    private static readonly Form[] _limited = [Form.Limited, Form.Trying];

    [Theory, EachWaitable(Without = Traits.Timed)]
    public void ALimit_PassesAtItsMoment_AndTakesNothing(string name)
    {
        foreach (Form form in _limited)
        {
            var clock = new CountedClock();
            Waitable taken = Waitables.CreateTaken(name, clock);
            Pending wait = taken.WaitAsync(form, _limit);

            clock.Advance(_limit - _tick);
            Assert.False(wait.IsCompleted);
            clock.Advance(_tick);

            Check.HasTimedOut(wait, form);
            Assert.Equal(0, clock.TimersSet);
            if (taken.Has(Traits.Counts)) Assert.Equal(0, taken.WaiterCount);
            if (!taken.Has(Traits.Remembers)) continue;
            taken.LetGo();
            Check.IsFree(taken);
        }
    }

    [Theory, EachWaitable(Traits.Blocks, Without = Traits.Timed)]
    public void ALimitOfABlockingWait_PassesAtItsMoment_AndTakesNothing(string name)
    {
        foreach (Form form in _limited)
        {
            var clock = new CountedClock();
            Waitable taken = Waitables.CreateTaken(name, clock);
            Blocked blocked = Blocked.On(taken, form, _limit);
            Limit.Until(() => clock.TimersSet is 1);

            clock.Advance(_limit - _tick);
            if (taken.Has(Traits.Counts)) Assert.Equal(1, taken.WaiterCount);
            clock.Advance(_tick);

            if (form is Form.Limited) Assert.Throws<TimeoutException>(() => blocked.Result());
            else Assert.False(blocked.Result().IsGranted);
            Assert.Equal(0, clock.TimersSet);
            if (!taken.Has(Traits.Remembers)) continue;
            taken.LetGo();
            Check.IsFree(taken);
        }
    }

    [Theory, EachWaitable(Without = Traits.Timed)]
    public void Limits_PassInTheirOwnOrder_AndTheOthersGoOn(string name)
    {
        int[] seconds = [3, 1, 4, 2, 5];
        var clock = new CountedClock();
        Waitable taken = Waitables.CreateTaken(name, clock);
        Pending[] waits = [.. seconds.Select(each => taken.WaitAsync(Form.Trying, TimeSpan.FromSeconds(each)))];

        for (var passed = 1; passed <= 3; passed++)
        {
            clock.Advance(TimeSpan.FromSeconds(1));
            foreach ((int each, Pending wait) in seconds.Zip(waits))
            {
                if (each <= passed) Limit.Until(() => wait.IsCompleted);
                else Assert.False(wait.IsCompleted);
            }
        }

        taken.LetGo();
        foreach ((int each, Pending wait) in seconds.Zip(waits))
        {
            if (each <= 3) Check.HasTimedOut(wait, Form.Trying);
            else taken.EndUse(Check.IsGranted(wait));
        }

        Assert.Equal(0, clock.TimersSet);
    }

    [Theory, EachWaitable(Traits.Remembers, Without = Traits.Timed)]
    public void AReleaseAtTheMomentOfTheLimit_GoesToTheWaiter_OrStays(string name)
    {
        foreach (bool isFirst in (bool[])[true, false])
        {
            foreach (Form form in _limited)
            {
                var clock = new CountedClock();
                Waitable taken = Waitables.CreateTaken(name, clock);
                ITimer? release = isFirst ? Release() : null;
                Pending wait = taken.WaitAsync(form, _limit);
                release ??= Release();

                clock.Advance(_limit);

                if (isFirst) taken.EndUse(Check.IsGranted(wait));
                else Check.HasTimedOut(wait, form);
                Check.IsFree(taken);
                Assert.Equal(0, clock.TimersSet);
                release.Dispose();

                ITimer Release() =>
                    clock.CreateTimer(_ => taken.LetGo(), null, _limit, Timeout.InfiniteTimeSpan);
            }
        }
    }

    [Theory, EachWaitable(Without = Traits.Timed)]
    public void AWaitThatEndsBeforeItsLimit_LeavesNoTimer(string name)
    {
        foreach (Form form in _limited)
        {
            using var source = new CancellationTokenSource();
            var clock = new CountedClock();
            Waitable taken = Waitables.CreateTaken(name, clock);
            Pending cancelled = taken.WaitAsync(form, _limit, source.Token);
            Pending granted = taken.WaitAsync(form, _limit);
            Assert.Equal(1, clock.TimersSet);

            source.Cancel();
            taken.LetGo();

            Check.IsCancelled(cancelled, source.Token);
            taken.EndUse(Check.IsGranted(granted));
            Assert.Equal(0, clock.TimersSet);
            clock.Advance(_limit);
            if (taken.Has(Traits.Remembers)) Check.IsFree(taken);
        }
    }
}
