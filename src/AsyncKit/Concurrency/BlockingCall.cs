using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>A call that a <see cref="BlockingRunner"/> has, until its thread has come back.</summary>
internal abstract class BlockingCall(
    BlockingCrew crew, bool mayBeAbandoned, CancellationToken cancellationToken)
{
    private readonly ExecutionContext? _context = ExecutionContext.Capture();
    private readonly ExternalWork _handedOver = ExternalWork.Begin(crew.Runner);
    private readonly WatchedWait? _watched =
        WatchedWait.IsWanted ? new WatchedWait(crew.Runner, crew.NextWatched()) : null;

    private bool _isSeenWaiting;
    private CancellationTokenRegistration _registration;
    private State _state;

    private enum State : byte
    {
        New,
        Taken,
        Abandoned,
        Ended,
    }

    public bool IsCancellationRequested => cancellationToken.IsCancellationRequested;

    /// <summary>The token of the caller.</summary>
    protected CancellationToken Token => cancellationToken;

    /// <summary>Its place among those that wait; <see langword="null"/>: it does not. Guarded by the crew.</summary>
    public LinkedListNode<BlockingCall>? Place { get; set; }

    /// <summary>Tells the crew when the token is cancelled, until the call has ended.</summary>
    public void Watch() => _registration = cancellationToken.UnsafeRegister(
        static call => ((BlockingCall)call!).TellCrew(), this);

    /// <summary>Tells listeners that it waits, when no thread is free for it.</summary>
    // Before it stands in the line: there, a thread might take it and tell of the end of the wait first.
    public void TellOfWait()
    {
        if (_watched is null || !crew.IsFull) return;
        _isSeenWaiting = true;
        _watched.Began();
    }

    /// <summary>The crew has it. Guarded by the crew, as the two below.</summary>
    public void Take() => _state = State.Taken;

    /// <summary>Its caller leaves it, if it may be left and its thread has not come back.</summary>
    public bool TryAbandon()
    {
        if (!mayBeAbandoned || _state is not State.Taken) return false;
        _state = State.Abandoned;
        return true;
    }

    /// <summary>Its thread has come back.</summary>
    /// <returns>Whether its caller had waited for it.</returns>
    public bool TryEnd()
    {
        bool wasAwaited = _state is State.Taken;
        _state = State.Ended;
        return wasAwaited;
    }

    /// <summary>On a thread of the runner: does the work, in the context of who asked for it.</summary>
    /// <param name="empty">The context of the thread, for callers that let none flow.</param>
    public void Run(ExecutionContext empty)
    {
        ExecutionContext.Run(_context ?? empty, static call => ((BlockingCall)call!).RunInContext(), this);

        // Not waited for: what it calls finds that the call has ended.
        _registration.Unregister();
    }

    /// <summary>It is not started any more, or was left: its caller hears that it was cancelled.</summary>
    public void Drop()
    {
        _handedOver.End();
        TellOfEndOfWait();
        Cancel();
    }

    /// <summary>The crew does not take it, and says so to who calls: its task is seen by nobody.</summary>
    public void Withdraw()
    {
        _registration.Unregister();
        _handedOver.End();
        TellOfEndOfWait();
    }

    /// <summary>There was no thread for it.</summary>
    public void Refuse(Exception fault)
    {
        Withdraw();
        Fail(fault);
    }

    /// <summary>Does the work and completes the task. Never throws.</summary>
    protected abstract void RunHere();

    protected abstract void Cancel();

    protected abstract void Fail(Exception fault);

    private void TellCrew() => crew.Cancel(this);

    private void RunInContext()
    {
        // Inside of the context: who follows it sees no gap between the call and its start.
        _handedOver.End();
        TellOfEndOfWait();
        _watched?.Held();
        if (cancellationToken.IsCancellationRequested) Cancel();
        else RunHere();
        _watched?.Released();
    }

    // Once: a call that is left has waited before.
    private void TellOfEndOfWait()
    {
        if (Interlocked.Exchange(ref _isSeenWaiting, false)) _watched!.Ended();
    }
}
