using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>The permits of a semaphore, and those who wait for them.</summary>
internal sealed class SemaphoreQueue(
    AsyncSemaphore owner, object resource, int permits, int taken, TimeProvider? timeProvider)
    : WaitQueue(resource, timeProvider)
{
    private SpareHolds<AsyncSemaphore> _spares;

    private int _permits = permits;
    private int _taken = taken;

    // Both are asked from outside of the gate too.
    public int Permits
    {
        get => Volatile.Read(ref _permits);
        private set => _permits = value;
    }

    public int Taken
    {
        get => Volatile.Read(ref _taken);
        private set => _taken = value;
    }

    // Asked for each item of a run, so without the gate: who comes a moment too late is seen at the next item.
    public bool IsContended => Waiters.First is not null || Taken > Permits;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryEnter(int permits, out Hold<AsyncSemaphore>? spare)
    {
        spare = null;
        Enter();
        bool isTaken = Waiters.First is null && Fits(permits);
        if (isTaken)
        {
            Taken += permits;
            spare = _spares.Take();
        }

        Exit();
        return isTaken;
    }

    public Hold<AsyncSemaphore>? TakeSpareHold()
    {
        Enter();
        Hold<AsyncSemaphore>? spare = _spares.Take();
        Exit();
        return spare;
    }

    public void Release(Hold<AsyncSemaphore> hold, long number)
    {
        Enter();
        if (!hold.TryEnd(number))
        {
            Exit();
            return;
        }

        // Fewer may be taken by now, if Release was called for permits whose lease was not dropped.
        Taken -= Math.Min(hold.Content, Taken);
        _spares.Put(hold);
        ExitAndRelease();
    }

    public bool TryGiveBack(int permits)
    {
        Enter();
        bool isTaken = permits <= Taken;
        if (isTaken) Taken -= permits;
        ExitAndRelease();
        return isTaken;
    }

    public void Resize(int permits)
    {
        Enter();
        Permits = permits;
        ExitAndRelease();
    }

    protected override Waiter CreateWaiter() => new PermitWaiter(owner, this);

    protected override bool TryTake(Waiter waiter)
    {
        bool isTaken = Fits((int)waiter.Request);
        if (isTaken) Taken += (int)waiter.Request;
        return isTaken;
    }

    private bool Fits(int permits) => permits <= Permits - Taken;
}
