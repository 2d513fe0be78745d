using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>What all primitives wait in: fair, cancellable, with time limits, and without memory of its own.</summary>
/// <remarks>
/// <para>A primitive derives from it and says by <see cref="TryTake"/> when a waiter may go. Everything else about
/// waiting is here: the order of arrival, the token, the time limit, the thread that blocks, the pool of
/// waiters.</para>
/// <para>How a wait ends is decided under the gate, when its waiter leaves the list: a grant, its token and its time
/// limit may meet, and only one of them finds it there. What was decided is carried out when the gate is left.</para>
/// </remarks>
internal abstract class WaitQueue(object owner, TimeProvider? timeProvider)
{
    // As many as wait at a time where it is crowded. More than that go back to the garbage collector.
    private const int MostSpareWaiters = 128;

    private SpinGate _gate;
    private Waiter? _spare;
    private int _spareCount;
    private QueueTimer? _timer;
    private Deadlines? _deadlines;
    private int _watchedWaits;

    public TimeProvider TimeProvider { get; } = timeProvider ?? TimeProvider.System;

    /// <summary>Those who wait for the primitive itself.</summary>
    public WaitList Waiters { get; } = new();

    /// <summary>The next moment at which something has to be done by the clock.</summary>
    public virtual long Due => _deadlines?.Due ?? long.MaxValue;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter() => _gate.Enter();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => _gate.Exit();

    /// <summary>Leaves the gate, and lets those go on whose waits were ended under it.</summary>
    public void Exit(in EndedWaiters ended)
    {
        bool isTimerWrong = _timer is not null && _timer.IsWrongFor(Due);
        _gate.Exit();
        ended.Finish();
        if (isTimerWrong) _timer!.Stop();
    }

    /// <summary>Lets those go who may by now, and leaves the gate.</summary>
    public void ExitAndRelease()
    {
        if (Waiters.First is null)
        {
            Exit();
            return;
        }

        var ended = new EndedWaiters();
        Release(Waiters, ref ended);
        Exit(ended);
    }

    /// <summary>Waits in a list, unless what is asked for is to be had at once and nobody is before.</summary>
    /// <returns>The wait; it may have ended.</returns>
    public Waiter Wait(WaitList list, long request, in WaitLimits limits, bool isBlocking = false)
    {
        Waiter waiter = EnterWithWaiter(request, limits, isBlocking, out long due);
        ExitWithWaiter(waiter, list, EndAtOnce(waiter, list), due);
        return waiter;
    }

    /// <summary>Enters the gate with a waiter that stands nowhere yet.</summary>
    protected Waiter EnterWithWaiter(long request, in WaitLimits limits, bool isBlocking, out long due)
    {
        bool timesItself = isBlocking && TimeProvider == TimeProvider.System
            && limits.Timeout.TotalMilliseconds <= int.MaxValue;
        due = long.MaxValue;
        if (limits.IsTimed && !timesItself)
        {
            NeedTimer();
            due = limits.DueBy(TimeProvider);
        }

        _gate.Enter();
        Waiter? waiter = _spare;
        if (waiter is null)
        {
            // Memory is asked for outside of the gate: where there is none left, nothing is held.
            _gate.Exit();
            waiter = CreateWaiter();
            _gate.Enter();
        }
        else
        {
            _spare = waiter.Next;
            waiter.Next = null;
            _spareCount--;
        }

        waiter.Begin(request, limits, timesItself);
        return waiter;
    }

    /// <summary>Leaves the gate with a waiter whose wait begins now, or has ended before anybody knew of it.</summary>
    protected void ExitWithWaiter(Waiter waiter, WaitList list, WaitEnd end, long due)
    {
        if (end is WaitEnd.None)
        {
            Append(waiter, list, due);
            Exit();
            Watch(waiter);
        }
        else
        {
            waiter.FinishUnseen(end);
            Exit();
        }
    }

    /// <summary>Appends a waiter, under the gate. <see cref="Watch"/> is to follow when it is left.</summary>
    protected void Append(Waiter waiter, WaitList list, long due)
    {
        list.Append(waiter);
        if (due is not long.MaxValue) _deadlines!.Add(waiter, due);
    }

    /// <summary>From now on the token and the time limit of a waiter may end its wait, and the clock may.</summary>
    protected void Watch(Waiter waiter, bool needsTimer = false)
    {
        try
        {
            waiter.ListenToToken();
            if (needsTimer || waiter.Deadline.IsPending) _timer!.SetRight();
        }
        catch (Exception e)
        {
            // No memory, a clock that fails. Nobody has the wait yet who could take its grant, so it is taken back;
            // when the grant came first, it stands.
            if (!TryEnd(waiter, WaitEnd.Failed, e) && e is ThreadInterruptedException)
                Thread.CurrentThread.Interrupt();
        }
    }

    /// <summary>Ends a wait before it is granted, if it is not too late for that.</summary>
    public virtual bool TryEnd(Waiter waiter, WaitEnd end, Exception? fault = null)
    {
        var ended = new EndedWaiters();
        _gate.Enter();

        // Grant and cancellation meet here: whoever says first how the wait ends has decided. A waiter that stands in a
        // list all the same has yet to get back what it gave up to wait.
        bool isInTime = waiter.List is not null && waiter.End is WaitEnd.None;
        if (isInTime)
        {
            waiter.Fault = fault;
            End(waiter, end, ref ended);
        }

        Exit(ended);
        return isInTime;
    }

    /// <summary>Ends the waits whose time has passed.</summary>
    public void EndOverdue()
    {
        // A few at a time: others want to pass the gate.
        const int AtATime = 64;
        var areMore = true;
        while (areMore)
        {
            long now = TimeProvider.GetTimestamp();
            var ended = new EndedWaiters();
            _gate.Enter();
            OnTime(now, ref ended);
            for (var i = 0; i < AtATime && areMore; i++)
            {
                Waiter? waiter = _deadlines?.DueBy(now);
                areMore = waiter is not null;
                if (waiter is not null) End(waiter, WaitEnd.TimedOut, ref ended);
            }

            Exit(ended);
        }
    }

    /// <summary>Takes a waiter back that has served its wait; from here on its task is spent.</summary>
    /// <returns>False: it was spent before.</returns>
    public bool TryTakeBack(Waiter waiter, short token, bool isIdle)
    {
        _gate.Enter();
        bool isFirst = waiter.TryClear(token);
        if (isFirst && isIdle && _spareCount < MostSpareWaiters)
        {
            waiter.Next = _spare;
            _spare = waiter;
            _spareCount++;
        }

        _gate.Exit();
        return isFirst;
    }

    /// <summary>Lets those at the front of a list go who may. Under the gate.</summary>
    public void Release(WaitList list, ref EndedWaiters ended)
    {
        while (list.First is { } first && TryTake(first)) Grant(first, ref ended);
    }

    /// <summary>Grants what a waiter asked for. Under the gate.</summary>
    public void Grant(Waiter waiter, ref EndedWaiters ended)
    {
        waiter.List!.Remove(waiter);
        _deadlines?.Remove(waiter);
        if (waiter.End is WaitEnd.None) waiter.End = WaitEnd.Granted;
        ended.Add(waiter);
    }

    /// <summary>Names a wait, or a hold, for listeners: of the primitive, or of a part of it.</summary>
    public WatchedWait NewWatchedWait(object? part = null) =>
        new(part ?? owner, Interlocked.Increment(ref _watchedWaits));

    /// <summary>Names the primitive.</summary>
    public sealed override string ToString() => owner.ToString()!;

    protected abstract Waiter CreateWaiter();

    /// <summary>Takes what a waiter asks for, if it is to be had. Under the gate; calls nothing that is not ours.
    /// </summary>
    /// <remarks>What can never be had any more is taken too: the waiter is then given another end.</remarks>
    protected abstract bool TryTake(Waiter waiter);

    /// <summary>It has been decided how a wait ends, and its waiter has left its list. Under the gate.</summary>
    /// <remarks>Its caller goes on, unless there is more to be done for it first.</remarks>
    protected virtual void OnEnded(Waiter waiter, WaitList list, ref EndedWaiters ended)
    {
        ended.Add(waiter);
        OnLeft(list, ref ended);
    }

    /// <summary>A waiter has left a list without a grant. Under the gate.</summary>
    /// <remarks>It may have stood before others who may go now.</remarks>
    protected virtual void OnLeft(WaitList list, ref EndedWaiters ended) => Release(list, ref ended);

    /// <summary>Does what is due by the clock, but for time limits. Under the gate.</summary>
    protected virtual void OnTime(long now, ref EndedWaiters ended)
    {
    }

    /// <summary>How a wait ends before it begins, if it does. Under the gate.</summary>
    protected WaitEnd EndAtOnce(Waiter waiter, WaitList list)
    {
        if (waiter.Limits.Token.IsCancellationRequested) return WaitEnd.Cancelled;
        if (list.First is null && TryTake(waiter)) return waiter.End is WaitEnd.None ? WaitEnd.Granted : waiter.End;
        return waiter.Limits.Timeout == TimeSpan.Zero ? WaitEnd.TimedOut : WaitEnd.None;
    }

    /// <summary>Ends a wait. Under the gate.</summary>
    protected void End(Waiter waiter, WaitEnd end, ref EndedWaiters ended)
    {
        WaitList list = waiter.List!;
        list.Remove(waiter);
        _deadlines?.Remove(waiter);
        waiter.End = end;
        OnEnded(waiter, list, ref ended);
    }

    /// <summary>From now on there is a timer for what is due. Not under the gate.</summary>
    protected void NeedTimer()
    {
        if (_timer is not null) return;
        var timer = new QueueTimer(this);
        var deadlines = new Deadlines();
        _gate.Enter();
        _deadlines ??= deadlines;
        _timer ??= timer;
        _gate.Exit();
    }
}
