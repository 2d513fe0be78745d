using System.Runtime.CompilerServices;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Contracts;

/// <summary>A lease ends one hold, once, however often it is disposed of.</summary>
[Collection(typeof(Alone))]
public class LeaseLaws
{
    [Theory, EachWaitable(Traits.Leases | Traits.StartsFree)]
    public void ALeaseDisposedTwice_OrItsCopy_EndsOneHold(string name)
    {
        Waitable free = Waitables.Create(name);
        Grant grant = free.TryNow();
        var copy = (IDisposable)RuntimeHelpers.GetObjectValue(grant.Lease)!;

        Dispose(grant);
        Dispose(grant);
        copy.Dispose();

        Assert.False(free.IsTaken);
        Grant second = free.TryNow();
        Assert.True(second.IsGranted);
        if (free.Has(Traits.OneAtATime)) Check.IsTaken(free);
        Dispose(second);
        Assert.False(free.IsTaken);
    }

    [Theory, EachWaitable(Traits.Leases | Traits.StartsFree)]
    public void AStaleLease_DoesNotEndTheHoldOfAnother(string name)
    {
        Waitable free = Waitables.Create(name);
        List<Grant> stale = [];
        for (var i = 0; i < 5; i++)
        {
            stale.Add(free.TryNow());
            Dispose(stale[^1]);
        }

        Grant holder = free.TryNow();
        Pending next = free.WaitAsync();
        foreach (Grant each in stale) Dispose(each);

        Assert.True(free.IsTaken);
        if (free.Has(Traits.OneAtATime))
        {
            Assert.False(next.IsCompleted);
            Check.IsTaken(free);
        }

        Dispose(holder);
        Grant last = Check.IsGranted(next);
        Dispose(holder);
        foreach (Grant each in stale) Dispose(each);
        Assert.True(free.IsTaken);
        Dispose(last);
        Assert.False(free.IsTaken);
    }

    [Theory, EachWaitable(Traits.Leases | Traits.StartsFree)]
    public void AnEmptyLease_EndsNothing(string name)
    {
        Waitable free = Waitables.Create(name);
        Grant holder = free.TryNow();

        ((IDisposable)Activator.CreateInstance(holder.Lease!.GetType())!).Dispose();

        Assert.True(free.IsTaken);
        Dispose(holder);
        Assert.False(free.IsTaken);
    }

    [Theory, EachWaitable(Traits.Leases | Traits.StartsFree)]
    public void ALeaseDisposedByManyThreads_EndsOneHold(string name)
    {
        Waitable free = Waitables.Create(name);
        for (var round = 0; round < 100; round++)
        {
            Grant grant = free.TryNow();
            Pending next = free.WaitAsync();
            Pending afterNext = free.WaitAsync();
            using var start = new Barrier(2);
            Blocked[] threads = [.. Enumerable.Range(0, 2).Select(_ => Blocked.Begin(DisposeTogether))];
            foreach (Blocked thread in threads) thread.Result();

            Grant second = Check.IsGranted(next);
            if (free.Has(Traits.OneAtATime)) Assert.False(afterNext.IsCompleted);
            Dispose(second);
            Dispose(Check.IsGranted(afterNext));
            Assert.False(free.IsTaken);

            Grant DisposeTogether()
            {
                Assert.True(start.SignalAndWait(Limit.Long));
                Dispose(grant);
                return grant;
            }
        }
    }

    private static void Dispose(Grant grant) => ((IDisposable)grant.Lease!).Dispose();
}
