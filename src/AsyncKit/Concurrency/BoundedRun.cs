namespace AsyncKit.Concurrency;

/// <summary>
/// One call of a <see cref="BoundedRunner"/>: workers that pull from one source, and the outcome they leave.
/// </summary>
/// <remarks>
/// A worker is one state machine that pulls an item, takes a permit, runs the body, and goes round; there is no task
/// per item. The run starts with one worker, and a worker that found an item starts the next one, so that a short
/// source starts at most one that finds nothing.
/// </remarks>
internal sealed class BoundedRun<T, TResult> : IAsyncDisposable
{
    private readonly Func<T, int, CancellationToken, ValueTask> _body;
    private readonly Func<TResult> _result;
    private readonly BoundedRunner _runner;
    private readonly SemaphoreSlim _permits;
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenRegistration _callersCancellation;
    private readonly ExecutionContext? _callersContext = ExecutionContext.Capture();
    private readonly SharedSource<T> _source;
    private readonly TaskCompletionSource<TResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Guards the fields below.
    private readonly Lock _sync = new();
    private List<Exception>? _faults;
    private bool _workWasCut;
    private int _started;
    private int _running;

    public BoundedRun(
        SharedSource<T> source,
        Func<T, int, CancellationToken, ValueTask> body,
        Func<TResult> result,
        BoundedRunner runner,
        SemaphoreSlim permits,
        CancellationToken callerToken)
    {
        _source = source;
        _body = body;
        _result = result;
        _runner = runner;
        _permits = permits;
        _callerToken = callerToken;
        _callersCancellation = callerToken.UnsafeRegister(
            static stop => ((CancellationTokenSource)stop!).Cancel(), _stop);
    }

    // Not async: an async method would keep only the first of the faults.
    public Task<TResult> RunAsync()
    {
        StartWorker();
        return _completion.Task;
    }

    private void StartWorker()
    {
        if (Volatile.Read(ref _started) == _runner.MaxConcurrency) return;
        lock (_sync)
        {
            if (_started == _runner.MaxConcurrency) return;
            _started++;
            _running++;
        }

        // The worker reports everything through _completion and never throws.
        _ = Task.Run(WorkAsync, CancellationToken.None);
    }

    private async Task WorkAsync()
    {
        var goOn = true;
        while (goOn)
        {
            var isPermitted = false;
            WatchedPermit? watched = null;
            try
            {
                // The pull comes before the permit:
                // a run that waits for a slow source holds no permit that others need.
                (goOn, T? item, int index) = await _source.PullAsync(_stop.Token).ConfigureAwait(false);
                if (!goOn) break;

                // What the last body or the source has set in AsyncLocals is none of the next body's business.
                if (_callersContext is not null) ExecutionContext.Restore(_callersContext);
                StartWorker();
                if (WatchedPermit.IsWanted) watched = new WatchedPermit(_runner, _permits, index);
                await (watched?.TakeAsync(_stop.Token) ?? _permits.WaitAsync(_stop.Token)).ConfigureAwait(false);
                isPermitted = true;
                await _body(item!, index, _stop.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                lock (_sync) _workWasCut = true;
                goOn = false;
            }
            catch (Exception e)
            {
                await FailAsync(e).ConfigureAwait(false);
                goOn = false;
            }
            finally
            {
                if (isPermitted && watched is not null) watched.Give();
                else if (isPermitted) _permits.Release();
            }
        }

        bool isLast;
        lock (_sync) isLast = --_running == 0;
        if (isLast) await DisposeAsync().ConfigureAwait(false);
    }

    private async Task FailAsync(Exception fault)
    {
        AddFault(fault);
        try
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            // What callbacks threw that the bodies had registered on their token.
            foreach (Exception inner in e.InnerExceptions) AddFault(inner);
        }
    }

    private void AddFault(Exception fault)
    {
        lock (_sync) (_faults ??= []).Add(fault);
    }

    /// <summary>Ends the run: its last worker calls it, and nobody else.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            _workWasCut = true;
        }
        catch (Exception e)
        {
            AddFault(e);
        }

        // Awaited, not disposed: a plain Dispose would block until the callbacks of the caller's token have all run.
        await _callersCancellation.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
        Complete();
    }

    private void Complete()
    {
        try
        {
            if (_faults is not null) _completion.SetException(_faults);
            else if (_workWasCut) _completion.SetCanceled(_callerToken);
            else _completion.SetResult(_result());
        }
        catch (Exception e)
        {
            // No memory for the results: whoever waits must hear of it.
            _completion.TrySetException(e);
        }
    }
}
