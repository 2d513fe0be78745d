namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A context that keeps what is posted to it until the test runs it.</summary>
internal sealed class QueueingContext : SynchronizationContext
{
    private readonly Queue<(SendOrPostCallback Work, object? State)> _posted = [];

    public int Count => _posted.Count;

    public override void Post(SendOrPostCallback d, object? state) => _posted.Enqueue((d, state));

    public void RunNext()
    {
        (SendOrPostCallback work, object? state) = _posted.Dequeue();
        work(state);
    }

    /// <summary>Runs something in this context.</summary>
    public void Run(Action work)
    {
        SynchronizationContext? before = Current;
        SetSynchronizationContext(this);
        try
        {
            work();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }
}
