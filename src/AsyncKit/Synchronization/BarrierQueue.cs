using System.Runtime.ExceptionServices;

namespace AsyncKit.Synchronization;

/// <summary>Those who have arrived at a barrier, and the phases that they complete.</summary>
/// <remarks>
/// <para>A phase gathers its participants in the list of waiters, where each may still be withdrawn. With the last of
/// them it is decided: they leave the list together. If there is an action, they stand aside until it has ended, where
/// neither a token nor a time limit finds them.</para>
/// <para>Two things go on independently: the phase that waits for its action, and the action that runs. It may be that
/// of an earlier phase, which was broken while the action would not end; then the later one waits for that.</para>
/// </remarks>
internal sealed class BarrierQueue(
    AsyncBarrier owner,
    int participants,
    Func<long, CancellationToken, ValueTask>? postPhaseAction,
    TimeProvider? timeProvider)
    : WaitQueue(owner, timeProvider)
{
    // All guarded by the gate.
    private int _participants = participants;
    private long _phase;
    private bool _isBroken;

    // The participants of the phase that waits for its action, and how many of them are to come again in the next one.
    private bool _isPassing;
    private EndedWaiters _passing;
    private int _passingCount;
    private int _returning;

    // Cancels the action that runs, of whatever phase.
    private CancellationTokenSource? _running;

    public int Participants => Volatile.Read(ref _participants);

    public long Phase => Volatile.Read(ref _phase);

    public bool IsBroken => Volatile.Read(ref _isBroken);

    /// <summary>How many have not arrived in the phase of this moment.</summary>
    public int Remaining
    {
        get
        {
            Enter();
            int remaining = _isPassing ? 0 : _participants - Waiters.Count;
            Exit();
            return remaining;
        }
    }

    /// <summary>How many wait: for others to arrive, or for the action.</summary>
    public int WaiterCount
    {
        get
        {
            Enter();
            int count = Waiters.Count + _passingCount;
            Exit();
            return count;
        }
    }

    private bool IsComplete => !_isPassing && Waiters.Count > 0 && Waiters.Count == _participants;

    /// <summary>Arrives, and completes the phase or waits for the others.</summary>
    /// <returns>The wait; it may have ended.</returns>
    public ArrivalWaiter Arrive(in WaitLimits limits, bool isBlocking)
    {
        var waiter = (ArrivalWaiter)EnterWithWaiter(request: 0, limits, isBlocking, out long due);
        WaitEnd end = EndAtOnce(limits);
        if (end is not WaitEnd.None)
        {
            bool isBroken = _isBroken;
            Exit();
            if (end is WaitEnd.Failed) waiter.Fault = isBroken ? Broken("was aborted, and not reset since") : TooMany();
            waiter.FinishUnseen(end);
            return waiter;
        }

        Append(waiter, Waiters, due);
        if (IsComplete)
        {
            CompleteAndExit(isBlocking);
        }
        else
        {
            Exit();
            Watch(waiter);
        }

        return waiter;
    }

    /// <summary>Adds participants, if there are not too many by that.</summary>
    public bool TryAdd(int count, out int before, out long firstPhase)
    {
        Enter();
        before = _participants;
        bool isAdded = count <= int.MaxValue - before;
        if (isAdded) Volatile.Write(ref _participants, before + count);
        firstPhase = _isPassing ? _phase + 1 : _phase;
        Exit();
        return isAdded;
    }

    /// <summary>Removes participants, if not more than those have arrived that are left; completes the phase if these
    /// are all.</summary>
    public bool TryRemove(int count, out int before, out int arrived)
    {
        Enter();
        before = _participants;
        arrived = Waiters.Count;
        bool isRemoved = count <= before - arrived;
        if (isRemoved)
        {
            Volatile.Write(ref _participants, before - count);
            _returning = Math.Max(0, _returning - count);
        }

        if (isRemoved && IsComplete) CompleteAndExit(isBlocking: false);
        else Exit();
        return isRemoved;
    }

    /// <summary>Fails all who wait, and cancels the action that runs.</summary>
    public void Break(bool isForGood)
    {
        Enter();
        Volatile.Write(ref _isBroken, isForGood);
        EndedWaiters broken = _isPassing ? TakePassing() : default;
        while (Waiters.First is { } first) Grant(first, ref broken);
        CancellationTokenSource? running = _running;
        Exit();

        // Taken out of everything, they are nobody else's.
        broken.Fail(() => Broken(isForGood ? "was aborted" : "was reset before the phase had ended"));
        Enter();
        Exit(broken);
        running?.Cancel();
    }

    protected override Waiter CreateWaiter() => new ArrivalWaiter(this);

    // Nobody goes alone: it is a phase that ends.
    protected override bool TryTake(Waiter waiter) => false;

    private WaitEnd EndAtOnce(in WaitLimits limits)
    {
        if (limits.Token.IsCancellationRequested) return WaitEnd.Cancelled;

        // Those who pass have not gone on yet, and cannot be here again: their places are not free.
        int free = _participants - _returning - Waiters.Count;
        if (_isBroken || free <= 0) return WaitEnd.Failed;
        bool isLast = !_isPassing && free is 1;
        return isLast || limits.Timeout != TimeSpan.Zero ? WaitEnd.None : WaitEnd.TimedOut;
    }

    private void CompleteAndExit(bool isBlocking)
    {
        Decide();
        if (postPhaseAction is null)
        {
            Exit(TakePassing());
        }
        else
        {
            // Their time limits are off by now.
            Exit(new EndedWaiters());
            StartAction(isBlocking);
        }
    }

    // From here on no arrival of the phase is withdrawn. Cancellation and last arrival meet here: under the gate, a
    // waiter that was cancelled first is not in the list any more, and then the phase is not complete.
    private void Decide()
    {
        _isPassing = true;
        _passingCount = 0;
        _returning = Waiters.Count;
        while (Waiters.First is { } first)
        {
            first.Result = _passingCount++;
            Grant(first, ref _passing);
        }
    }

    // Ends the phase that was decided. What ends is counted, though it may have been broken: no number comes twice.
    private EndedWaiters TakePassing()
    {
        EndedWaiters passing = _passing;
        _passing = default;
        _passingCount = 0;
        _returning = 0;
        _isPassing = false;
        Volatile.Write(ref _phase, _phase + 1);
        return passing;
    }

    // For the phase that passes, unless it was broken by now, or an action runs: whose end comes here again.
    private void StartAction(bool isBlocking)
    {
        var source = new CancellationTokenSource();
        Enter();
        bool starts = _isPassing && _running is null;
        if (starts) _running = source;
        long phase = _phase;
        Exit();
        if (starts) _ = RunActionAsync(phase, source, isBlocking);
    }

    private async Task RunActionAsync(long phase, CancellationTokenSource source, bool isBlocking)
    {
        // A thread that is about to block does not serve its context. The caller has it back when this method returns.
        if (isBlocking) SynchronizationContext.SetSynchronizationContext(null);
        Exception? fault = null;
        try
        {
            await postPhaseAction!(phase, source.Token).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            fault = e;
        }

        // When the phase was broken meanwhile, nobody is there to take the fault; the runtime reports it as unobserved.
        bool isTaken = EndAction(phase, fault);
        bool isEcho = fault is OperationCanceledException && source.IsCancellationRequested;
        if (!isTaken && !isEcho && fault is not null) ExceptionDispatchInfo.Throw(fault);
    }

    private bool EndAction(long phase, Exception? fault)
    {
        Enter();
        _running = null;
        bool isOfPhase = _isPassing && _phase == phase;
        EndedWaiters passed = isOfPhase ? TakePassing() : default;

        // Participants that were added during the action may have arrived, and be all there are.
        if (IsComplete) Decide();
        bool isNextDecided = _isPassing;
        if (isOfPhase && fault is not null)
        {
            Exit();
            passed.Fail(() => new BarrierPostPhaseException(fault));
            Enter();
        }

        Exit(passed);
        if (isNextDecided) StartAction(isBlocking: false);
        return isOfPhase;
    }

    private BrokenBarrierException Broken(string how) => new($"{this} {how}.");

    private InvalidOperationException TooMany() => new(
        $"{this} has {Participants} participants, and all of them have arrived: one more cannot arrive in this phase.");
}
