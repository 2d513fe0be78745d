using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>Who waits takes the lock, and has it again after; who has finished notifies the next.</summary>
internal sealed class AsyncConditionVariableWaitable : Waitable
{
    private readonly AsyncLock _lock;
    private readonly AsyncConditionVariable _condition;

    public AsyncConditionVariableWaitable(TimeProvider? clock)
    {
        _lock = new AsyncLock("law of", clock);
        _condition = new AsyncConditionVariable(_lock, "law");
    }

    public override object Primitive => _condition;

    public override Traits Traits => Traits.OneAtATime | Traits.Blocks | Traits.Counts;

    public override int WaiterCount => _condition.WaiterCount;

    public override bool IsTaken => _lock.IsHeld;

    public override Pending WaitAsync(Form form, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        AsyncLock.Lease lease = default;
        if (TestEnv.Current is null) Limit.Until(() => _lock.TryLock(out lease));
        else if (!_lock.TryLock(out lease)) return Pending.Of(LockAsync(), static grant => grant);
        try
        {
            return Pending.Of(BeginAsync(lease, form, timeout, cancellationToken), static grant => grant);
        }
        catch
        {
            lease.Dispose();
            throw;
        }

        async ValueTask<Grant> LockAsync() =>
            await BeginAsync(await _lock.LockAsync(CancellationToken.None), form, timeout, cancellationToken);
    }

    public override Grant Wait(Form form, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        AsyncLock.Lease lease = _lock.Lock(CancellationToken.None);
        var isGranted = false;
        try
        {
            if (form is Form.Plain) _condition.Wait(lease, cancellationToken);
            if (form is Form.Limited) _condition.Wait(lease, timeout, cancellationToken);
            isGranted = form is not Form.Trying || _condition.TryWait(lease, timeout, cancellationToken);
            return new Grant(isGranted, lease);
        }
        finally
        {
            if (!isGranted) lease.Dispose();
        }
    }

    public override Grant TryNow() => throw new NotSupportedException();

    public override void Occupy() => throw new NotSupportedException();

    public override void LetGo() => _condition.Notify();

    public override void EndUse(Grant grant)
    {
        ((AsyncLock.Lease)grant.Lease!).Dispose();
        _condition.Notify();
    }

    public override void UseFree(Form form, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override void UseTaken(Form form, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    // What is wrong with an argument is thrown at the call, so this is not asynchronous itself.
    private ValueTask<Grant> BeginAsync(
        AsyncLock.Lease lease, Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
        {
            Form.Plain => EndAsync(lease, _condition.WaitAsync(lease, cancellationToken)),
            Form.Limited => EndAsync(lease, _condition.WaitAsync(lease, timeout, cancellationToken)),
            _ => EndAsync(lease, _condition.TryWaitAsync(lease, timeout, cancellationToken)),
        };

    private static async ValueTask<Grant> EndAsync(AsyncLock.Lease lease, ValueTask wait)
    {
        try
        {
            await wait;
            return new Grant(IsGranted: true, lease);
        }
        catch
        {
            lease.Dispose();
            throw;
        }
    }

    private static async ValueTask<Grant> EndAsync(AsyncLock.Lease lease, ValueTask<bool> wait)
    {
        var isGranted = false;
        try
        {
            isGranted = await wait;
            return new Grant(isGranted, lease);
        }
        finally
        {
            if (!isGranted) lease.Dispose();
        }
    }
}
