using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>A token that is cancelled before the call.</summary>
[Collection(typeof(Alone))]
public class TokenLaws
{
    private static readonly TimeSpan[] _limits = [TimeSpan.Zero, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan];

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers)]
    public void ACancelledToken_GivesACancelledTask_AlsoWhenItIsFree_AndTakesNothing(string name)
    {
        CancellationToken token = NewCancelledToken();
        foreach ((Form form, TimeSpan limit) in Forms())
        {
            Waitable free = Waitables.Create(name);

            Pending wait = free.WaitAsync(form, limit, token);

            Assert.True(wait.IsCompleted);
            Check.IsCancelled(wait, token);
            Check.IsFree(free);
        }
    }

    [Theory, EachWaitable]
    public void ACancelledToken_GivesACancelledTask_WhenItIsTaken(string name)
    {
        CancellationToken token = NewCancelledToken();
        foreach ((Form form, TimeSpan limit) in Forms())
        {
            Waitable taken = Waitables.CreateTaken(name);

            Pending wait = taken.WaitAsync(form, limit, token);

            Assert.True(wait.IsCompleted);
            Check.IsCancelled(wait, token);
            if (taken.Has(Traits.Counts)) Assert.Equal(0, taken.WaiterCount);
            Check.IsGrantedWhenLetGo(taken);
        }
    }

    [Theory, EachWaitable(Traits.Blocks | Traits.StartsFree | Traits.Remembers)]
    public void ACancelledToken_ThrowsFromABlockingWait_AlsoWhenItIsFree_AndTakesNothing(string name)
    {
        CancellationToken token = NewCancelledToken();
        foreach ((Form form, TimeSpan limit) in Forms())
        {
            Waitable free = Waitables.Create(name);

            var thrown = Assert.ThrowsAny<OperationCanceledException>(() => free.Wait(form, limit, token));

            Assert.Equal(token, thrown.CancellationToken);
            Check.IsFree(free);
        }
    }

    [Theory, EachWaitable(Traits.Blocks)]
    public void ACancelledToken_ThrowsFromABlockingWait_WhenItIsTaken(string name)
    {
        CancellationToken token = NewCancelledToken();
        foreach ((Form form, TimeSpan limit) in Forms())
        {
            Waitable taken = Waitables.CreateTaken(name);

            var thrown = Assert.ThrowsAny<OperationCanceledException>(() => taken.Wait(form, limit, token));

            Assert.Equal(token, thrown.CancellationToken);
            Check.IsGrantedWhenLetGo(taken);
        }
    }

    private static IEnumerable<(Form Form, TimeSpan Limit)> Forms() =>
        from form in Enum.GetValues<Form>()
        from limit in _limits
        where form is not Form.Plain || limit == Timeout.InfiniteTimeSpan
        select (form, limit);

    private static CancellationToken NewCancelledToken()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        return source.Token;
    }
}
