using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>A token that is cancelled while one waits, or after the grant.</summary>
[Collection(typeof(Alone))]
public class CancellationLaws
{
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    [Theory, EachWaitable]
    public void CancelledWhileWaiting_TheWaitEndsAtOnce_AndTakesNothing(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            using var source = new CancellationTokenSource();
            Waitable taken = Waitables.CreateTaken(name);
            Pending wait = taken.WaitAsync(form, _hour, source.Token);
            Assert.False(wait.IsCompleted);
            if (taken.Has(Traits.Counts)) Assert.Equal(1, taken.WaiterCount);

            source.Cancel();

            Check.IsCancelled(wait, source.Token);
            if (taken.Has(Traits.Counts)) Assert.Equal(0, taken.WaiterCount);
            if (!taken.Has(Traits.Remembers)) continue;
            taken.LetGo();
            Check.IsFree(taken);
        }
    }

    [Theory, EachWaitable]
    public void CancelledWhileWaiting_WhereverInTheQueue_TheOthersGoOnInOrder(string name)
    {
        const int Waiters = 4;
        for (var cancelled = 0; cancelled < Waiters; cancelled++)
        {
            using var source = new CancellationTokenSource();
            Waitable taken = Waitables.CreateTaken(name);
            Pending[] waits =
            [
                .. Enumerable.Range(0, Waiters).Select(
                    i => taken.WaitAsync(i == cancelled ? source.Token : CancellationToken.None)),
            ];
            source.Cancel();
            Check.IsCancelled(waits[cancelled], source.Token);

            taken.LetGo();

            foreach (Pending wait in waits.Where((_, i) => i != cancelled)) taken.EndUse(Check.IsGranted(wait));
            if (taken.Has(Traits.Remembers) && !taken.Has(Traits.Timed)) Check.IsFree(taken);
        }
    }

    [Theory, EachWaitable]
    public void CancelledAfterTheGrant_TheGrantStands(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            using var source = new CancellationTokenSource();
            Waitable taken = Waitables.CreateTaken(name);
            Pending wait = taken.WaitAsync(form, _hour, source.Token);
            taken.LetGo();

            source.Cancel();

            Grant grant = Check.IsGranted(wait);
            if (taken.Has(Traits.OneAtATime | Traits.Remembers)) Check.IsTaken(taken);
            taken.EndUse(grant);
            if (taken.Has(Traits.Remembers) && !taken.Has(Traits.Timed)) Check.IsFree(taken);
        }
    }

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers)]
    public void CancelledAfterAGrantAtOnce_TheGrantStands(string name)
    {
        using var source = new CancellationTokenSource();
        Waitable free = Waitables.Create(name);
        Pending wait = free.WaitAsync(source.Token);

        source.Cancel();

        free.EndUse(Check.IsGranted(wait));
    }

    [Theory, EachWaitable(Traits.Blocks)]
    public void CancelledWhileBlocked_TheThreadGoesOn_AndHasTakenNothing(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            using var source = new CancellationTokenSource();
            Waitable taken = Waitables.CreateTaken(name);
            Blocked blocked = Blocked.On(taken, form, _hour, source.Token);

            source.Cancel();

            var thrown = Assert.ThrowsAny<OperationCanceledException>(() => blocked.Result());
            Assert.Equal(source.Token, thrown.CancellationToken);
            if (!taken.Has(Traits.Remembers)) continue;
            taken.LetGo();
            Check.IsFree(taken);
        }
    }

    [Theory, EachWaitable(Traits.Remembers)]
    public void WaitsNobodyAwaited_LeaveItUsable(string name)
    {
        var clock = new CountedClock();
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name, clock);
        for (var i = 0; i < 100; i++)
        {
            _ = taken.WaitAsync(source.Token);
            if (!taken.Has(Traits.Timed)) _ = taken.WaitAsync(Form.Limited, TimeSpan.FromSeconds(1));
            _ = taken.WaitAsync(Form.Trying, TimeSpan.FromHours(1), source.Token);
        }

        source.Cancel();
        if (!taken.Has(Traits.Timed)) clock.Advance(TimeSpan.FromSeconds(1));

        Check.IsGrantedWhenLetGo(taken);
        if (taken.Has(Traits.Timed)) return;
        Check.IsFree(taken);
    }

    [Theory, EachWaitable(Traits.OneAtATime | Traits.Remembers)]
    public void AGrantNobodyAwaited_IsHeld(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Pending wait = taken.WaitAsync();
        taken.LetGo();

        Check.IsTaken(taken);
        taken.EndUse(Check.IsGranted(wait));
    }
}
