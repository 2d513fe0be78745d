namespace AsyncKit.Testing;

/// <summary>A call of <see cref="AsyncTest"/>: the thread on which its runs follow each other, what can end them from
/// outside, and the task of the call.</summary>
internal sealed class PumpedCall(AsyncTestOptions options, CancellationToken cancellationToken)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private PumpThread? _pump;
    private ExecutionContext? _context;
    private TestRun? _current;

    /// <summary>The run that goes on, or was the last.</summary>
    public TestRun? Current => Volatile.Read(ref _current);

    /// <summary>Whether it is to make no more runs: it was cancelled, or it has ended although its pump was
    /// stuck.</summary>
    public bool IsOver => cancellationToken.IsCancellationRequested || _ended.Task.IsCompleted;

    /// <exception cref="InvalidOperationException">The call is made inside a test that runs.</exception>
    public static void ThrowIfInside()
    {
        if (TestEnv.Current is null) return;
        throw new InvalidOperationException(
            "A test cannot run inside another one: which of the two would have the turn? Use the env there is.");
    }

    /// <summary>Starts the call in the context of the caller.</summary>
    /// <param name="work">Makes the runs, on the pump, and returns what failed.</param>
    /// <returns>A task that completes when the call has ended.</returns>
    public Task StartAsync(Func<PumpedCall, IReadOnlyList<Exception>> work)
    {
        ExecutionContext? callers = ExecutionContext.Capture();
        PumpThread.Run(pump =>
        {
            _pump = pump;

            // A caller may have suppressed its flow. A run leaves its mark on the context in any case.
            _context = callers ?? ExecutionContext.Capture()!;
            try
            {
                ExecutionContext.Run(_context, _ => Work(work), null);
            }
            catch (Exception e)
            {
                // A defect of this package, on a thread where it would end the process.
                _ended.TrySetException(e);
            }
        });
        return _ended.Task;
    }

    /// <summary>On the pump: makes a run.</summary>
    public void Make(TestRun run)
    {
        run.CancellationToken = cancellationToken;
        run.Number = (_current?.Number ?? 0) + 1;
        Volatile.Write(ref _current, run);

        // What the test leaves in its AsyncLocals is not for the next.
        ExecutionContext.Run(
            _context!, static call => ((PumpedCall)call!).Current!.Run(((PumpedCall)call)._pump!), this);
    }

    /// <summary>Ends the call although its pump does not come back from the code of the test.</summary>
    public void EndAlthoughStuck(TestRun run)
    {
        AsyncTestException stuck = run.Report.Stuck();
        run.Scheduler.Close(abort: true, drop: true);
        _ended.TrySetException(stuck);
    }

    private void Work(Func<PumpedCall, IReadOnlyList<Exception>> work)
    {
        if (options.RealTime is RealTimePolicy.Fail) RealDelays.Watch();
        if (options.Leaks.HasFlag(LeakChecks.UnobservedExceptions)) UnobservedExceptions.Watch();
        RunListener.Subscription.Begin();
        try
        {
            using (new Watchdog(this, options.RealTimeout))
            using (cancellationToken.UnsafeRegister(static call => ((PumpedCall)call!).Current?.Wake(), this))
                Complete(work(this));
        }
        finally
        {
            RunListener.Subscription.End();
        }
    }

    private void Complete(IReadOnlyList<Exception> failures)
    {
        if (failures.Count is 0) _ended.TrySetResult();
        else if (failures is [OperationCanceledException e] && IsCallers(e)) _ended.TrySetCanceled(cancellationToken);
        else _ended.TrySetException(failures);
    }

    private bool IsCallers(OperationCanceledException e) =>
        cancellationToken.IsCancellationRequested && e.CancellationToken == cancellationToken;
}
