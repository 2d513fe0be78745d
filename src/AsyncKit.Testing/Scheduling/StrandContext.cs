namespace AsyncKit.Testing;

/// <summary>What brings code back to its test: continuations are posted to the scheduler as steps of their strand, and
/// the runtime announces a blocking wait here before it blocks.</summary>
internal sealed class StrandContext : SynchronizationContext
{
    private readonly Strand _strand;

    public StrandContext(Strand strand)
    {
        _strand = strand;
        SetWaitNotificationRequired();
    }

    public override void Post(SendOrPostCallback d, object? state)
    {
        // Another context of the same strand: unless completions are posted it would be this one, and d would run now.
        if (Current is StrandContext current && current != this && current._strand == _strand)
            _strand.Scheduler.CompletionPosted();
        _strand.Scheduler.Post(new PostedStep(_strand, d, state));
    }

    // Whoever sends has the turn, so nothing else of the test runs at the same time.
    public override void Send(SendOrPostCallback d, object? state) => d(state);

    public override SynchronizationContext CreateCopy() => this;

    public override void OperationStarted() => _strand.Scheduler.AsyncVoids.Started();

    public override void OperationCompleted() => _strand.Scheduler.AsyncVoids.Completed();

    public override int Wait(IntPtr[] waitHandles, bool waitAll, int millisecondsTimeout) =>
        _strand.Scheduler.Blocking.Wait(new BlockingWait(waitHandles, waitAll, millisecondsTimeout));
}
