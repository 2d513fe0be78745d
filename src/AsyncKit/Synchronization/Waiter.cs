using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>One wait: its place in a queue, how it ended, and who goes on then.</summary>
/// <remarks>
/// <para>It is the source of the <see cref="ValueTask"/> that the caller awaits, and is used again for another wait
/// when that one has taken its result. A wait that nobody awaits is left to the garbage collector.</para>
/// <para>Each primitive derives a waiter that turns <see cref="Result"/> into what its callers get.</para>
/// </remarks>
internal abstract class Waiter(WaitQueue queue)
{
    private static readonly Action<object?> _cancel = static waiter =>
    {
        var cancelled = (Waiter)waiter!;
        cancelled.Queue.TryEnd(cancelled, WaitEnd.Cancelled);
    };

    private Resumption _resumption;
    private CancellationTokenRegistration _registration;
    private BlockedThread? _thread;
    private bool _isReported;

    // Counts the waits that this object has served; a ValueTask is good for one of them.
    private int _version;

    public WaitQueue Queue { get; } = queue;

    public WaitLimits Limits { get; private set; }

    public short Version => (short)_version;

    /// <summary>What listeners know the wait by.</summary>
    protected WatchedWait? Watched { get; private set; }

    /// <summary>Whether a thread is blocked until the wait ends, and sees to its time limit itself.</summary>
    public bool TimesItself { get; private set; }

    // From here on: guarded by the gate of the queue while the wait lasts.

    /// <summary>The list it stands in; none once it has been decided how the wait ends.</summary>
    public WaitList? List { get; set; }

    /// <summary>The one before in the list.</summary>
    public Waiter? Previous { get; set; }

    /// <summary>The one behind in the list, or in the chain of those that have ended.</summary>
    public Waiter? Next { get; set; }

    /// <summary>Where it stands among those with a time limit.</summary>
    public DeadlineNode Deadline;

    /// <summary>What is asked for, such as how many permits, in the primitive's own terms.</summary>
    public long Request { get; private set; }

    /// <summary>What was granted, in the primitive's own terms; zero: nothing.</summary>
    public long Result { get; set; }

    /// <summary>What was granted, where that is an object.</summary>
    public object? ResultObject { get; set; }

    public WaitEnd End { get; set; }

    /// <summary>What the wait ends with when it ends as <see cref="WaitEnd.Failed"/>.</summary>
    public Exception? Fault { get; set; }

    /// <summary>What is waited for, in messages.</summary>
    protected virtual object Awaited => Queue;

    /// <summary>Begins a wait, under the gate.</summary>
    public void Begin(long request, in WaitLimits limits, bool timesItself)
    {
        Request = request;
        Limits = limits;
        TimesItself = timesItself;
    }

    /// <summary>The wait ended before anybody else could know of it.</summary>
    public void FinishUnseen(WaitEnd end)
    {
        End = end;
        _resumption.EndUnseen();
    }

    /// <summary>Lets the caller go on. The last that is done to a wait.</summary>
    public void Finish()
    {
        if (End is WaitEnd.TimedOut)
        {
            Interlocked.MemoryBarrier();
            StopListening();
        }

        _resumption.End();
    }

    /// <summary>Ends the wait when its token is cancelled. Called once it stands in the queue.</summary>
    public void ListenToToken()
    {
        // Not under the gate: a token that is cancelled by now calls back at once.
        if (!Limits.Token.CanBeCanceled) return;
        _registration = Limits.Token.UnsafeRegister(_cancel, this);
        if (Limits.IsInfinite) return;

        // The time may have passed before there was anything to unregister. With a barrier on both sides, either this
        // or Finish sees what the other did.
        Interlocked.MemoryBarrier();
        if (End is WaitEnd.TimedOut) StopListening();
    }

    /// <summary>Reports the wait to listeners, from now until its result is taken, if it has to wait at all.</summary>
    /// <remarks>Called by who began it, before anybody can await it.</remarks>
    public void WatchAs(WatchedWait watched)
    {
        Watched = watched;
        _isReported = !_resumption.HasEnded;
        if (_isReported) watched.Began();
    }

    /// <summary>Blocks the thread until the wait has ended.</summary>
    public void Block()
    {
        BlockedThread thread = _thread ??= new BlockedThread();
        _resumption.ContinueAtOnce(static blocked => ((BlockedThread)blocked!).Wake(), thread);
        try
        {
            if (thread.Wait(TimesItself ? WaitLimits.InMilliseconds(Limits.Timeout) : Timeout.InfiniteTimeSpan)) return;
            Queue.TryEnd(this, WaitEnd.TimedOut);
            thread.WaitForDecided();
        }
        catch (Exception e)
        {
            // Interrupted. Taken back, the wait has taken nothing; when the grant came first it stands, and the
            // interrupt is left to the next wait of the thread.
            bool isTakenBack = Queue.TryEnd(this, WaitEnd.Failed, e);
            thread.WaitForDecided();
            if (!isTakenBack && e is ThreadInterruptedException) Thread.CurrentThread.Interrupt();
        }
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        if (token != Version) throw Misused();
        if (!_resumption.HasEnded) return ValueTaskSourceStatus.Pending;
        return End switch
        {
            WaitEnd.Cancelled => ValueTaskSourceStatus.Canceled,
            WaitEnd.Failed => ValueTaskSourceStatus.Faulted,
            WaitEnd.TimedOut when !Limits.IsTry => ValueTaskSourceStatus.Faulted,
            _ => ValueTaskSourceStatus.Succeeded,
        };
    }

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (token != Version) throw Misused();
        _resumption.Continue(continuation, state, flags);
    }

    /// <summary>Takes the result, once, and gives the waiter back.</summary>
    /// <returns>Whether the wait was granted; if not, its time limit has passed and it is one that only
    /// tries.</returns>
    protected bool Take(short token, out long result, out object? resultObject)
    {
        // Read before it is asked whose wait this is: of the next wait it must not be, however often a result is taken.
        CancellationTokenRegistration registration = _registration;
        Volatile.ReadBarrier();
        if (token != Version || !_resumption.HasEnded) throw Misused();
        WaitEnd end = End;
        result = Result;
        resultObject = ResultObject;
        Exception? fault = end is WaitEnd.Granted ? null : FaultOf(end);

        // A callback of the token that is just running, and came too late to decide anything, still has this object in
        // its hands: then it is not used again. The callback that ended the wait is done with it; and there is none if
        // the wait had ended before it listened.
        bool isIdle = registration == default || Unregister(registration) || end is WaitEnd.Cancelled;
        WatchedWait? reported = _isReported ? Watched : null;
        if (!Queue.TryTakeBack(this, token, isIdle)) throw Misused();
        reported?.Ended();
        if (fault is not null) throw fault;
        return end is WaitEnd.Granted;
    }

    /// <summary>Ends the use of this object for its wait. Under the gate.</summary>
    /// <returns>False: somebody else has done so.</returns>
    public bool TryClear(short token)
    {
        if (token != Version) return false;
        _version++;
        _resumption.Reset();
        _registration = default;
        Limits = default;
        Result = 0;
        ResultObject = null;
        End = WaitEnd.None;
        Fault = null;
        Watched = null;
        _isReported = false;
        OnCleared();
        return true;
    }

    /// <summary>Lets go of what a derived waiter keeps for its wait. Under the gate.</summary>
    protected virtual void OnCleared()
    {
    }

    // Of a wait whose time has passed, and that nobody may ever await, the token keeps nothing. Others give their lease
    // by being awaited, and unregister then.
    private void StopListening()
    {
        if (_registration != default && Unregister(_registration)) _registration = default;
    }

    private static bool Unregister(CancellationTokenRegistration registration) =>
        Uninterrupted.Do(registration, static registration => registration.Unregister());

    private Exception? FaultOf(WaitEnd end) => end switch
    {
        WaitEnd.Cancelled => new OperationCanceledException(Limits.Token),
        WaitEnd.Failed => Fault,
        _ => Limits.IsTry ? null : Limits.TimedOut(Awaited),
    };

    private static InvalidOperationException Misused() => new(
        "This wait has not ended, or its result was taken: a ValueTask is awaited once, and not read before its end.");
}
