using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Conventions;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>What other libraries of asynchronous primitives had to mend, in a test for each.</summary>
[Collection(typeof(Alone))]
public class PitfallTests
{
    private const string Sources = "src/AsyncKit/Synchronization";

    private static readonly TimeSpan _hour = TimeSpan.FromHours(1);

    // Disposing waits for a callback that runs; under the lock that the callback wants, for ever.
    [Fact]
    public void Pitfall01_Registrations_AreUnregistered_NotDisposed() => Rule.Holds(
        "the registration of a token is never disposed of by a primitive: Unregister() does not wait for its callback",
        LinesWith("egistration.Dispose", "egistration.DisposeAsync", "using CancellationTokenRegistration"),
        "call Unregister(), and leave alone what may be in the hands of the callback");

    [Theory, EachWaitable]
    public void Pitfall02_WhoWaited_GoesOnOutsideOfTheLockOfThePrimitive(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Pending first = taken.WaitAsync();
        using var source = new CancellationTokenSource();
        Pending second = taken.WaitAsync(source.Token);
        var seen = 0;
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new InlineContext());
        first.OnCompleted(Use);
        second.OnCompleted(Use);
        SynchronizationContext.SetSynchronizationContext(own);

        Blocked.Begin(() =>
        {
            source.Cancel();
            taken.LetGo();
            return default;
        }).Result();

        Limit.Until(() => Volatile.Read(ref seen) is 2);
        taken.EndUse(Check.IsGranted(first));

        // Would wait for itself, if it were inside.
        void Use()
        {
            using var cancelled = new CancellationTokenSource();
            if (taken.Has(Traits.Remembers) && taken.TryNow() is { IsGranted: true } grant) taken.EndUse(grant);
            if (taken.Has(Traits.OneAtATime | Traits.Remembers)) _ = taken.WaitAsync(cancelled.Token);
            cancelled.Cancel();
            Interlocked.Increment(ref seen);
        }
    }

    [Theory, EachWaitable]
    public void Pitfall03_WhoWaited_GoesOnAsynchronously(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Pending wait = taken.WaitAsync();
        using var hasGoneOn = new ManualResetEventSlim();
        var thread = 0;
        wait.OnCompleted(() =>
        {
            thread = Environment.CurrentManagedThreadId;
            hasGoneOn.Set();
        });

        Blocked releaser = Blocked.Begin(() =>
        {
            taken.LetGo();
            return new Grant(Environment.CurrentManagedThreadId is not 0, Environment.CurrentManagedThreadId);
        });

        Assert.True(hasGoneOn.Wait(Limit.Long));
        Assert.NotEqual(releaser.Result().Lease, thread);
    }

    [Fact]
    public void Pitfall04_ACancelledWaiterThatStoodInTheWay_LetsThoseBehindItGo()
    {
        using var source = new CancellationTokenSource();
        var semaphore = new AsyncSemaphore(initialCount: 2, permits: 3);
        ValueTask<AsyncSemaphore.Lease> big = semaphore.AcquireAsync(3, source.Token);
        ValueTask<AsyncSemaphore.Lease> small = semaphore.AcquireAsync(1, CancellationToken.None);
        ValueTask<AsyncSemaphore.Lease> other = semaphore.AcquireAsync(1, CancellationToken.None);
        Assert.False(small.IsCompleted);

        source.Cancel();

        Assert.True(big.IsCanceled);
        Assert.True(small.IsCompletedSuccessfully);
        Assert.True(other.IsCompletedSuccessfully);
    }

    [Theory, EachWaitable(Traits.Counts)]
    public void Pitfall05_CancelledWaiters_AreUnlinkedAtOnce_WithoutAnybodyAwaitingThem(string name)
    {
        const int Waiters = 1_000;
        using var source = new CancellationTokenSource();
        Waitable taken = Waitables.CreateTaken(name);
        for (var i = 0; i < Waiters; i++) _ = taken.WaitAsync(source.Token);
        Assert.Equal(Waiters, taken.WaiterCount);

        source.Cancel();

        Assert.Equal(0, taken.WaiterCount);
        Check.IsGrantedWhenLetGo(taken);
    }

    [Theory, EachWaitable(Traits.Leases | Traits.StartsFree | Traits.OneAtATime)]
    public void Pitfall06_ALease_KnowsWhoseHoldItEnds(string name)
    {
        Waitable free = Waitables.Create(name);
        Grant first = free.TryNow();
        free.EndUse(first);
        Grant second = free.TryNow();

        free.EndUse(first);

        Check.IsTaken(free);
        free.EndUse(second);
    }

    [Theory, EachWaitable(Without = Traits.Timed)]
    public void Pitfall07_AFormThatTries_ThrowsNothing_NotEvenInside(string name)
    {
        var clock = new CountedClock();
        Waitable taken = Waitables.CreateTaken(name, clock);
        int thread = Environment.CurrentManagedThreadId;
        var thrown = 0;
        AppDomain.CurrentDomain.FirstChanceException += Count;
        try
        {
            Check.HasTimedOut(taken.WaitAsync(Form.Trying, TimeSpan.Zero), Form.Trying);
            Pending late = taken.WaitAsync(Form.Trying, _hour);
            clock.Advance(_hour);
            Check.HasTimedOut(late, Form.Trying);
            if (taken.Has(Traits.Blocks)) Assert.False(taken.Wait(Form.Trying, TimeSpan.Zero).IsGranted);
        }
        finally
        {
            AppDomain.CurrentDomain.FirstChanceException -= Count;
        }

        Assert.Equal(0, thrown);

        void Count(object? sender, System.Runtime.ExceptionServices.FirstChanceExceptionEventArgs e)
        {
            if (Environment.CurrentManagedThreadId == thread) thrown++;
        }
    }

    // The continuation of AsTask is not that of a state machine: ten times the cost, and memory for each wait.
    [Fact]
    public void Pitfall08_Waits_AreNotTurnedIntoTasks() => Rule.Holds(
        "no primitive turns its waits into tasks, but for listeners; what a factory gave is none of them",
        LinesWith(".AsTask(")
            .Where(static line => !line.Contains("Watched", StringComparison.Ordinal))
            .Where(static line => !line.Contains("_factory", StringComparison.Ordinal)),
        "await the ValueTask, or hand it out");

    [Theory, EachWaitable(Traits.OneAtATime | Traits.Remembers, Without = Traits.Timed)]
    public void Pitfall09_ARelease_HandsOver_SoThatItsOwnThreadCannotTakeItAgain(string name)
    {
        Waitable taken = Waitables.CreateTaken(name);
        Pending wait = taken.WaitAsync();
        for (var round = 0; round < 10; round++)
        {
            taken.LetGo();
            Check.IsTaken(taken);
            Pending again = taken.WaitAsync();
            Assert.False(again.IsCompleted);
            taken.EndUse(Check.IsGranted(wait));
            taken.EndUse(Check.IsGranted(again));
            taken.Occupy();
            wait = taken.WaitAsync();
        }
    }

    [Theory, EachWaitable(Traits.Leases | Traits.StartsFree)]
    public void Pitfall11_AnEmptyLease_IsHarmless(string name)
    {
        Waitable free = Waitables.Create(name);
        Type lease = free.TryNow().Lease!.GetType();

        var empty = (IDisposable)Activator.CreateInstance(lease)!;
        empty.Dispose();
        empty.Dispose();

        Assert.Equal(false, lease.GetProperty("IsAcquired")?.GetValue(empty));
    }

    [Theory, EachWaitable(Traits.StartsFree | Traits.Remembers)]
    public void Pitfall12_WhatIsFree_IsNotTakenWithACancelledToken(string name)
    {
        Waitable free = Waitables.Create(name);

        var cancelled = new CancellationToken(canceled: true);
        Check.IsCancelled(free.WaitAsync(cancelled), cancelled);

        Check.IsFree(free);
    }

    private static IEnumerable<string> LinesWith(params string[] parts) =>
        from path in Repository.Files(Sources, ".cs")
        from line in Repository.Lines(path).Index()
        where parts.Any(part => line.Item.Contains(part, StringComparison.Ordinal))
        select $"{path}:{line.Index + 1}: {line.Item.Trim()}";
}
