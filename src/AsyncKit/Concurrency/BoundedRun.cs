using AsyncKit.Diagnostics;
using AsyncKit.Errors;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>One call of a <see cref="BoundedRunner"/>: workers that pull from one source in turns.</summary>
/// <remarks>
/// <para>A worker is one state machine that pulls an item, runs the body, and goes round; there is no task for each
/// item. The run starts with one worker. A worker that has found an item wakes one that waits for the turn, or starts
/// another: so there are as many as there is work for, and never more than the limit.</para>
/// <para>The last worker that leaves ends the run.</para>
/// </remarks>
internal abstract class BoundedRun<T> : IAsyncDisposable
{
    // How often a worker looks whether the turn of another is over, which is short, before it waits to be woken, which
    // is long.
    private const int LooksBeforeWaiting = 8;

    // Not disposed: it has no timer and no link, and who breaks out of a stream may cancel a run that has just ended.
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationToken _callerToken;
    private readonly ExecutionContext? _callersContext = ExecutionContext.Capture();
    private readonly Faults _faults;
    private readonly Action _grow;
    private CancellationTokenRegistration _callersCancellation;
    private OperationCanceledException? _cut;
    private bool _wasCut;

    // Guards the fields below, and those of a derived run that say so.
    private SpinGate _gate;
    private RunWorker<T>? _waiting;
    private int _workers = 1;
    private bool _isPulling;
    private bool _pullTakesLong;
    private bool _hasEnded;
    private bool _isStopping;

    protected BoundedRun(BoundedRunner runner, RunSource<T> source, CancellationToken callerToken)
    {
        Runner = runner;
        Source = source;
        _callerToken = callerToken;
        _grow = Grow;
        _faults = new Faults(
            runner.Options.OnError is ErrorPolicy.CollectAll ? runner.Options.MaxErrors : int.MaxValue);
        Progress = runner.Options.Progress is { } progress
            ? new RunProgress(progress, runner.Options.TimeProvider)
            : null;
    }

    public BoundedRunner Runner { get; }

    public RunSource<T> Source { get; }

    public RunProgress? Progress { get; }

    /// <summary>The token of the bodies and of the source.</summary>
    public CancellationToken StopToken => _stop.Token;

    /// <summary>How many items were pulled. Changed by who has the turn, under the gate.</summary>
    public long Pulled { get; private set; }

    /// <summary>Whether another item may be pulled. Under the gate.</summary>
    protected virtual bool HasRoom => true;

    /// <summary>Whether items were pulled, but not run, when the last worker left.</summary>
    protected virtual bool HasItemsLeft => false;

    /// <summary>Whether the bodies are being cancelled. Under the gate.</summary>
    protected bool IsStopping => _isStopping;

    private bool IsBusyShortly => Volatile.Read(ref _isPulling) && !Volatile.Read(ref _pullTakesLong);

    public void Start()
    {
        RunningItem.ThrowIfNested(Runner);
        if (WatchedChild.IsWanted) ReportBeginning();
        Runner.Limit.Attach(_grow);
        _callersCancellation = _callerToken.UnsafeRegister(
            static run => ((BoundedRun<T>)run!).Stop(static stop => stop.Cancel()), this);
        CreateWorker().Start();
    }

    /// <summary>Asks for the turn to pull an item. A worker that is to wait counts as waiting when this returns.
    /// </summary>
    public RunTurn EnterTurn(RunWorker<T> worker)
    {
        var looks = 0;
        while (true)
        {
            for (; looks < LooksBeforeWaiting && IsBusyShortly; looks++) worker.StandBack();
            _gate.Enter();
            if (_hasEnded || _isStopping || _workers > Math.Max(1, Runner.Limit.Value)) break;
            if (!_isPulling && HasRoom)
            {
                _isPulling = true;
                _gate.Exit();
                if (looks is 0) worker.StepCloser();
                return RunTurn.Pull;
            }

            if (looks == LooksBeforeWaiting || !IsBusyShortly)
            {
                worker.BeginWait(next: _waiting);
                _waiting = worker;
                _gate.Exit();
                return RunTurn.Wait;
            }

            _gate.Exit();
        }

        worker.IsLast = --_workers is 0;
        _gate.Exit();
        return RunTurn.Leave;
    }

    /// <summary>The source lets the worker wait that has the turn: no use for the others to stand by.</summary>
    public void TurnTakesLong()
    {
        _gate.Enter();
        _pullTakesLong = true;
        _gate.Exit();
    }

    /// <summary>Gives the turn to the next.</summary>
    /// <param name="hasFound">Whether there was an item; the source is not asked again when there was none.</param>
    public void ExitTurn(bool hasFound)
    {
        RunWorker<T>? woken = null;
        var starts = false;
        _gate.Enter();
        _isPulling = false;
        _pullTakesLong = false;
        if (hasFound)
        {
            Pulled++;
            starts = TakeNextPuller(out woken);
        }
        else
        {
            _hasEnded = true;
            woken = TakeAllWaiting();
        }

        _gate.Exit();
        WakeOrStart(woken, starts);
    }

    /// <summary>What the caller has set in <see cref="AsyncLocal{T}"/> values holds for each body; what the last body
    /// or the source has set does not.</summary>
    public void RestoreCallersContext()
    {
        if (_callersContext is not null) ExecutionContext.Restore(_callersContext);
    }

    /// <summary>Takes what the source threw, or a body.</summary>
    /// <returns>What it is: a fault, or a cancellation that was asked for.</returns>
    public async ValueTask<Ending> TakeAsync(Exception exception)
    {
        if (TryTakeCut(exception)) return Ending.Canceled;
        _faults.Add(exception);
        if (Runner.Options.OnError is ErrorPolicy.StopOnFirst) await StopAsync().ConfigureAwait(false);
        return Ending.Faulted;
    }

    /// <summary>Reports an item that has begun and ended.</summary>
    public async ValueTask ReportAsync(RunProgress progress, Ending ending)
    {
        try
        {
            progress.Finish(ending);
        }
        catch (Exception e)
        {
            await TakeAsync(e).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the run: the last worker calls it, and nobody else.</summary>
    public async ValueTask DisposeAsync()
    {
        Runner.Limit.Detach(_grow);
        try
        {
            // A collection may have given all its items without being asked for one more.
            if ((!_hasEnded && Source.KnownCount != Pulled) || HasItemsLeft) _wasCut = true;
            await Source.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            if (!TryTakeCut(e)) _faults.Add(e);
        }

        // Awaited, not disposed: a plain Dispose would block until the callbacks of the caller's token have all run.
        await _callersCancellation.DisposeAsync().ConfigureAwait(false);
        if (WatchedChild.IsWanted) AsyncDiagnostics.TaskEnded(this);
        Complete();
    }

    /// <summary>Names it in reports, as its runner.</summary>
    public override string ToString() => Runner.ToString();

    /// <summary>Stops the pulling, cancels the bodies that run, and takes what the callbacks of their token
    /// throw.</summary>
    protected async Task StopAsync()
    {
        try
        {
            Task cancelling = Task.CompletedTask;
            Stop(stop => cancelling = stop.CancelAsync());
            await cancelling.ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            _faults.AddAll(e);
        }
    }

    // In a context of its own: what follows in the caller's is not a part of the run.
    private void ReportBeginning()
    {
        if (_callersContext is null) AsyncDiagnostics.TaskBegun(this);
        else ExecutionContext.Run(_callersContext, static run => AsyncDiagnostics.TaskBegun(run!), this);
    }

    private void Stop(Action<CancellationTokenSource> cancel)
    {
        _gate.Enter();
        _isStopping = true;
        RunWorker<T>? woken = TakeAllWaiting();
        _gate.Exit();
        WakeOrStart(woken, starts: false);
        cancel(_stop);
    }

    protected abstract RunWorker<T> CreateWorker();

    /// <summary>Tells the caller that the run has ended.</summary>
    protected abstract void Complete();

    /// <summary>Ends a task as the run has ended.</summary>
    protected void Complete<TResult>(TaskCompletionSource<TResult> completion, Func<TResult> result)
    {
        try
        {
            if (_faults.Any && Runner.Options.OnError is ErrorPolicy.CollectAll) _faults.FailCollected(completion);
            else if (_faults.Any) _faults.Fail(completion);
            else if (_wasCut) Cancellation.Cancel(completion, Cancellation.By(_cut, _callerToken));
            else completion.SetResult(result());
        }
        catch (Exception e)
        {
            // No memory for the results: whoever waits must hear of it.
            completion.TrySetException(e);
        }
    }

    protected void EnterGate() => _gate.Enter();

    /// <summary>Leaves the gate, and lets somebody pull if there is room by now.</summary>
    protected void ExitGateAndPull()
    {
        bool starts = TakeNextPuller(out RunWorker<T>? woken);
        _gate.Exit();
        WakeOrStart(woken, starts);
    }

    protected void ExitGate() => _gate.Exit();

    // The limit was raised: more may run, although all workers there are may be busy for long.
    private void Grow()
    {
        _gate.Enter();
        if (_workers is 0) _gate.Exit();
        else ExitGateAndPull();
    }

    // Under the gate.
    private bool TakeNextPuller(out RunWorker<T>? woken)
    {
        woken = null;
        if (_isPulling || _hasEnded || _isStopping || !HasRoom) return false;
        woken = _waiting;
        if (woken is not null)
        {
            _waiting = woken.Next;
            woken.Next = null;
            return false;
        }

        bool starts = _workers < Runner.Limit.Value;
        if (starts) _workers++;
        return starts;
    }

    // Under the gate.
    private RunWorker<T>? TakeAllWaiting()
    {
        RunWorker<T>? all = _waiting;
        _waiting = null;
        return all;
    }

    private void WakeOrStart(RunWorker<T>? woken, bool starts)
    {
        if (starts) CreateWorker().Start();
        while (woken is not null)
        {
            // Read before: it may wait again, in another chain, as soon as it is woken.
            RunWorker<T>? next = woken.Next;
            woken.Next = null;
            woken.Wake();
            woken = next;
        }
    }

    private bool TryTakeCut(Exception exception)
    {
        if (exception is not OperationCanceledException cancelled || !_stop.IsCancellationRequested) return false;
        _wasCut = true;
        Interlocked.CompareExchange(ref _cut, cancelled, null);
        return true;
    }
}
