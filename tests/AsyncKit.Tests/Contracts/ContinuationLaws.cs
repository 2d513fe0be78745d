using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>Who waits goes on in the pool or in its context, and never inside what ends the wait.</summary>
[Collection(typeof(Alone))]
public class ContinuationLaws
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    [Theory, EachWaitable]
    public void CodeThatBlocks_DoesNotHoldUpWhoLetsGo(string name) =>
        EndsWithoutItsContinuation(name, static (taken, _, _) => taken.LetGo());

    [Theory, EachWaitable]
    public void CodeThatBlocks_DoesNotHoldUpWhoCancels(string name) =>
        EndsWithoutItsContinuation(name, static (_, source, _) => source.Cancel());

    [Theory, EachWaitable(Without = Traits.Timed)]
    public void CodeThatBlocks_DoesNotHoldUpTheClock(string name) =>
        EndsWithoutItsContinuation(name, static (_, _, clock) => clock.Advance(_limit));

    [Theory, EachWaitable]
    public void InAContext_ItIsPostedThere_AndWhatItThrowsIsNoMatterOfWhoLetsGo(string name)
    {
        var context = new QueueingContext();
        Waitable taken = Waitables.CreateTaken(name);
        Pending wait = taken.WaitAsync();
        context.Run(() => wait.OnCompleted(() => throw new InvalidTimeZoneException()));

        taken.LetGo();

        Limit.Until(() => context.Count is 1);
        Assert.Throws<InvalidTimeZoneException>(context.RunNext);
        taken.EndUse(Check.IsGranted(wait));
    }

    [Theory, EachWaitable]
    public async Task UnderATaskScheduler_ItGoesOnThere(string name)
    {
        var schedulers = new ConcurrentExclusiveSchedulerPair();
        Waitable taken = Waitables.CreateTaken(name);
        var waits = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<Task<TaskScheduler>> work = Task.Factory.StartNew(
            WaitAsync, CancellationToken.None, TaskCreationOptions.None, schedulers.ExclusiveScheduler);
        await Limit.OfAsync(waits.Task);

        taken.LetGo();

        Assert.Same(schedulers.ExclusiveScheduler, await Limit.OfAsync(work.Unwrap()));

        async Task<TaskScheduler> WaitAsync()
        {
            Pending wait = taken.WaitAsync();
            waits.SetResult();
            Grant grant = await wait;
            taken.EndUse(grant);
            return TaskScheduler.Current;
        }
    }

    private static void EndsWithoutItsContinuation(
        string name, Action<Waitable, CancellationTokenSource, CountedClock> end)
    {
        using var source = new CancellationTokenSource();
        using var mayGoOn = new ManualResetEventSlim();
        using var hasGoneOn = new ManualResetEventSlim();
        var clock = new CountedClock();
        Waitable taken = Waitables.CreateTaken(name, clock);
        Pending wait = taken.WaitAsync(Form.Trying, _limit, source.Token);
        var thread = 0;
        wait.OnCompleted(
            () =>
            {
                thread = Environment.CurrentManagedThreadId;
                mayGoOn.Wait(Limit.Long);
                hasGoneOn.Set();
            },
            continueOnCapturedContext: false);

        end(taken, source, clock);

        Assert.False(hasGoneOn.IsSet);
        mayGoOn.Set();
        Assert.True(hasGoneOn.Wait(Limit.Long));
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
    }
}
