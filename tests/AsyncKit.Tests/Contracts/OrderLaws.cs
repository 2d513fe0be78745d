using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>First come, first served.</summary>
[Collection(typeof(Alone))]
public class OrderLaws
{
    private const int Waiters = 10;

    // But for what time gives back: each of the threads would move the clock.
    [Theory, EachWaitable(Traits.OneAtATime, Without = Traits.Timed)]
    public async Task Waiters_BlockingOrNot_GoOnInTheOrderOfTheirArrival(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        List<int> order = [];
        List<Task> tasks = [];
        List<Blocked> threads = [];
        for (var i = 0; i < Waiters; i++)
        {
            int number = i;

            // Only of what counts its waiters is it known when a thread stands in the queue.
            if (i % 2 is 0 || !taken.Has(Traits.Blocks | Traits.Counts)) tasks.Add(UseAsync(number, taken.WaitAsync()));
            else threads.Add(BlockedUser(number));
        }

        taken.LetGo();
        await Limit.OfAsync(Task.WhenAll(tasks));
        foreach (Blocked thread in threads) thread.Result();

        Assert.Equal(Enumerable.Range(0, Waiters), order);

        async Task UseAsync(int number, Pending wait)
        {
            Grant grant = await wait;
            order.Add(number);
            taken.EndUse(grant);
        }

        Blocked BlockedUser(int number)
        {
            int before = taken.WaiterCount;
            Blocked blocked = Blocked.Begin(() =>
            {
                Grant grant = taken.Wait(Form.Plain, Timeout.InfiniteTimeSpan);
                order.Add(number);
                taken.EndUse(grant);
                return grant;
            });
            Limit.Until(() => taken.WaiterCount == before + 1);
            return blocked;
        }
    }

    [Theory, EachWaitable(Traits.OneAtATime | Traits.Remembers)]
    public void ANewcomer_NeverOvertakesAWaiter_ThatHasItsGrantButNotGoneOn(string name)
    {
        foreach (Form form in Enum.GetValues<Form>())
        {
            Waitable taken = Waitables.CreateTaken(name);
            Pending first = taken.WaitAsync(form, TimeSpan.FromHours(1));
            Pending second = taken.WaitAsync(form, TimeSpan.FromHours(1));

            taken.LetGo();

            Check.IsTaken(taken);
            Pending newcomer = taken.WaitAsync();
            Assert.False(second.IsCompleted);
            Assert.False(newcomer.IsCompleted);
            taken.EndUse(Check.IsGranted(first));
            Assert.False(newcomer.IsCompleted);
            taken.EndUse(Check.IsGranted(second));
            taken.EndUse(Check.IsGranted(newcomer));
        }
    }

    [Theory, EachWaitable(Without = Traits.OneAtATime)]
    public void AllWhoWait_GoOnTogether(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Pending[] waits = [.. Enumerable.Range(0, Waiters).Select(_ => taken.WaitAsync())];

        taken.LetGo();

        Assert.All(waits, wait => Assert.True(wait.IsCompleted));
        foreach (Pending wait in waits) taken.EndUse(Check.IsGranted(wait));
    }
}
