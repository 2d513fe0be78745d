using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>Those who wait for a reader/writer lock, and how it goes from one to the next.</summary>
/// <remarks>
/// All stand in one list, so that nobody is overtaken; but for the one upgrade that may wait. Its reader is in the way
/// of all writers in the list, so it has to pass them.
/// </remarks>
internal sealed class ReaderWriterQueue(object owner, TimeProvider? timeProvider) : WaitQueue(owner, timeProvider)
{
    private readonly object _owner = owner;
    private readonly WaitList _upgrade = new();
    private ReaderWriterState _state;
    private SpareHolds<ReaderWriterQueue> _spares;

    public int ReaderCount => _state.Readers;

    public bool IsWriterHeld => _state.Now is ReaderWriterState.Mode.Writing or ReaderWriterState.Mode.Upgraded;

    public bool IsUpgradeableHeld => _state.Now is ReaderWriterState.Mode.Upgradeable
        or ReaderWriterState.Mode.Upgrading or ReaderWriterState.Mode.Upgraded;

    public int WaiterCount => Waiters.Count + _upgrade.Count;

    /// <summary>Takes the lock, if nobody is before and those who hold it let that. Not for an upgrade.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTakeAtOnce(ReaderWriterAccess access, CancellationToken token, out ReaderWriterHold held)
    {
        held = default;
        if (WatchedWait.IsWanted || token.IsCancellationRequested) return false;
        Hold<ReaderWriterQueue>? spare = null;
        Enter();
        bool isTaken = Waiters.First is null && _state.TryTake(access);
        if (isTaken) spare = _spares.Take();
        Exit();
        if (isTaken) held = NewHold(spare);
        return isTaken;
    }

    /// <summary>Waits for the lock, or for an upgrade.</summary>
    /// <param name="access">What for.</param>
    /// <param name="upgradeable">Whose upgrade it is, if it is one.</param>
    /// <param name="limits">What may end the wait before.</param>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public ValueTask<TLease> WaitAsync<TLease>(
        ReaderWriterAccess access, in ReaderWriterHold upgradeable, in WaitLimits limits)
        where TLease : struct => WatchedWait.IsWanted
        ? WatchedWaitAsync<TLease>(access, upgradeable, limits)
        : ResultOfAsync<TLease>(BeginWait(access, upgradeable, limits, isBlocking: false));

    /// <summary>Blocks the thread until it has what it asks for.</summary>
    /// <inheritdoc cref="WaitAsync{TLease}"/>
    public ReaderWriterHold Wait(ReaderWriterAccess access, in ReaderWriterHold upgradeable, in WaitLimits limits)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(_owner, NameOf(access));
        ReaderWriterWaiter waiter = BeginWait(access, upgradeable, limits, isBlocking: true);
        waiter.Block();
        return waiter.TakeHold(waiter.Version);
    }

    /// <summary>Ends a hold, if that has not been done yet. Not for an upgradeable one.</summary>
    public void EndHold(in ReaderWriterHold held, ReaderWriterAccess access)
    {
        if (WatchedWait.IsWanted) ReportRelease(held);
        Enter();
        TryEnd(held, access);
        if (Waiters.First is null && _upgrade.First is null) Exit();
        else LeaveToWaiters();
    }

    /// <summary>Ends an upgradeable hold, if that has not been done yet, and with it the wait for its
    /// upgrade.</summary>
    public void EndUpgradeable(in ReaderWriterHold held)
    {
        if (WatchedWait.IsWanted) ReportRelease(held);
        var ended = new EndedWaiters();
        Enter();
        if (held.IsLive && _upgrade.First is not null)
        {
            // Not made under the gate: where there is no memory left, nobody is to wait for it.
            Exit();
            SynchronizationLockException fault = IsReleased();
            Enter();
            if (held.IsLive && _upgrade.First is { } upgrade)
            {
                // Granted, it would be held by code that has let go of the lock.
                upgrade.Fault = fault;
                End(upgrade, WaitEnd.Failed, ref ended);
            }
        }

        TryEnd(held, ReaderWriterAccess.UpgradeableRead);
        LeaveToWaiters(ended);
    }

    /// <summary>Makes a hold that reads of one that may do more. Nobody comes in between.</summary>
    public ReaderWriterHold Downgrade(in ReaderWriterHold held, ReaderWriterAccess access)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(_owner, "downgrade it");
        Enter();
        bool isLive = held.IsLive;
        bool isDowngraded = isLive && _state.TryDowngrade(access);
        if (isDowngraded) held.Hold!.TryEnd(held.Number);
        ReaderWriterHold reading = held with { Number = held.Hold!.Number };
        LeaveToWaiters();
        if (!isDowngraded) throw isLive ? HasUpgrade(access) : IsReleased();
        held.Hold.HeldOn(held.Number);
        return reading;
    }

    /// <summary>A hold for what a wait was granted.</summary>
    public ReaderWriterHold NewHold()
    {
        Enter();
        Hold<ReaderWriterQueue>? spare = _spares.Take();
        Exit();
        return NewHold(spare);
    }

    public static SynchronizationLockException IsReleased() =>
        new("The lease was released, downgraded, or never granted: it can neither be upgraded nor downgraded.");

    protected override Waiter CreateWaiter() => new ReaderWriterWaiter(this);

    protected override bool TryTake(Waiter waiter) => _state.TryTake((ReaderWriterAccess)waiter.Request);

    protected override void OnLeft(WaitList list, ref EndedWaiters ended)
    {
        // A writer that gives up lets the readers behind it go; an upgrade, those that it held back.
        if (list == _upgrade) _state.GiveUpUpgrade();
        Release(Waiters, ref ended);
    }

    private ReaderWriterHold NewHold(Hold<ReaderWriterQueue>? spare)
    {
        Hold<ReaderWriterQueue> hold = spare ?? new Hold<ReaderWriterQueue>(this);
        return new ReaderWriterHold(hold, hold.Number);
    }

    private ValueTask<TLease> WatchedWaitAsync<TLease>(
        ReaderWriterAccess access, ReaderWriterHold upgradeable, WaitLimits limits)
        where TLease : struct => WatchedWait.BeginAsync(
        _owner,
        NameOf(access),
        () => ResultOfAsync<TLease>(BeginWait(access, upgradeable, limits, isBlocking: false)));

    // A waiter is the source of any of the leases.
    private static ValueTask<TLease> ResultOfAsync<TLease>(ReaderWriterWaiter waiter)
        where TLease : struct => new((IValueTaskSource<TLease>)(object)waiter, waiter.Version);

    private ReaderWriterWaiter BeginWait(
        ReaderWriterAccess access, in ReaderWriterHold upgradeable, in WaitLimits limits, bool isBlocking)
    {
        var waiter = (ReaderWriterWaiter)(access is ReaderWriterAccess.Upgrade
            ? BeginUpgrade(upgradeable, limits, isBlocking)
            : Wait(Waiters, (long)access, limits, isBlocking));
        if (WatchedWait.IsWanted) waiter.WatchAs(NewWatchedWait());
        return waiter;
    }

    private Waiter BeginUpgrade(in ReaderWriterHold upgradeable, in WaitLimits limits, bool isBlocking)
    {
        Waiter waiter = EnterWithWaiter((long)ReaderWriterAccess.Upgrade, limits, isBlocking, out long due);
        bool isLive = upgradeable.IsLive;
        WaitEnd end = limits.Token.IsCancellationRequested ? WaitEnd.Cancelled
            : !isLive || !_state.TryBeginUpgrade() ? WaitEnd.Failed
            : TryTake(waiter) ? WaitEnd.Granted
            : limits.Timeout == TimeSpan.Zero ? WaitEnd.TimedOut
            : WaitEnd.None;
        if (end is WaitEnd.TimedOut) _state.GiveUpUpgrade();
        ExitWithWaiter(waiter, _upgrade, end, due);
        if (end is WaitEnd.Failed) waiter.Fault = isLive ? IsUpgradedAlready() : IsReleased();
        return waiter;
    }

    private void TryEnd(in ReaderWriterHold held, ReaderWriterAccess access)
    {
        if (!held.Hold!.TryEnd(held.Number)) return;
        _state.End(access);
        _spares.Put(held.Hold);
    }

    private void LeaveToWaiters(EndedWaiters ended = default)
    {
        Release(_upgrade, ref ended);
        Release(Waiters, ref ended);
        Exit(ended);
    }

    private void ReportRelease(in ReaderWriterHold held)
    {
        AsyncDiagnostics.SchedulingPoint(_owner, "release it");
        held.Hold!.ReportRelease(held.Number);
    }

    private static string NameOf(ReaderWriterAccess access) => access switch
    {
        ReaderWriterAccess.Read => "take it to read",
        ReaderWriterAccess.UpgradeableRead => "take it to read, upgradeable",
        ReaderWriterAccess.Write => "take it to write",
        _ => "upgrade it",
    };

    private InvalidOperationException IsUpgradedAlready() =>
        new($"An upgrade of this lease of {this} waits or is held already: there is one at a time.");

    private InvalidOperationException HasUpgrade(ReaderWriterAccess access) => new(
        access is ReaderWriterAccess.Write
            ? $"This lease of {this} came from an upgrade: dispose it to go back to the upgradeable lease."
            : $"An upgrade of this lease of {this} waits or is held: end that before the lease is downgraded.");
}
