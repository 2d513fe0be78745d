using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>A wait is awaited once, and not read before its end: to do so is an error that is told, and harms nobody.
/// </summary>
[Collection(typeof(Alone))]
public class AwaitOnceLaws
{
    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    [Theory, EachWaitable(Traits.Pools)]
    public void ReadBeforeItsEnd_AWaitThrows_AndGoesOn(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            Waitable taken = Waitables.CreateTaken(name);
            Pending wait = taken.WaitAsync(form, _hour);

            Assert.Throws<InvalidOperationException>(() => wait.GetResult());

            taken.LetGo();
            taken.EndUse(Check.IsGranted(wait));
        }
    }

    [Theory, EachWaitable(Traits.Pools)]
    public void ReadTwice_AWaitThrows_AndTheWaitThatUsesItsMemoryIsNotHarmed(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            Waitable taken = Waitables.CreateTaken(name);
            Pending first = taken.WaitAsync(form, _hour);
            taken.LetGo();
            Grant grant = Check.IsGranted(first);
            Assert.Throws<InvalidOperationException>(() => first.GetResult());
            taken.EndUse(grant);

            taken.Occupy();
            Pending second = taken.WaitAsync(form, _hour);
            Assert.Throws<InvalidOperationException>(() => first.GetResult());
            Assert.Throws<InvalidOperationException>(() => first.OnCompleted(() => { }));
            Assert.Throws<InvalidOperationException>(() => first.IsCompleted);
            taken.LetGo();
            Assert.Throws<InvalidOperationException>(() => first.GetResult());
            taken.EndUse(Check.IsGranted(second));
        }
    }

    // Not by a second await: what throws there, in the middle of an await, ends the process, as with any ValueTask.
    [Theory, EachWaitable(Traits.Pools)]
    public async Task AwaitedTwice_TheSecondThrows_AndTheFirstGoesOn(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Pending wait = taken.WaitAsync();
        Task<Grant> first = wait.ReadAsync();

        Assert.Throws<InvalidOperationException>(() => wait.OnCompleted(() => { }));

        taken.LetGo();
        taken.EndUse(await Limit.OfAsync(first));
        await Assert.ThrowsAsync<InvalidOperationException>(() => Limit.OfAsync(wait.ReadAsync()));
    }

    [Theory, EachWaitable(Traits.Pools)]
    public void ReadTwice_ACancelledWaitThrows(string name)
    {
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name);
        Pending wait = taken.WaitAsync(source.Token);
        source.Cancel();
        Check.IsCancelled(wait, source.Token);

        Assert.Throws<InvalidOperationException>(() => wait.GetResult());

        Check.IsGrantedWhenLetGo(taken);
    }
}
