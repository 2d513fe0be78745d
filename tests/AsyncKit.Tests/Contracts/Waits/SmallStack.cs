using System.Collections.Concurrent;

namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A context that runs what is posted to it on one thread, whose stack is small.</summary>
internal sealed class SmallStack : SynchronizationContext
{
    private const int Bytes = 256 * 1024;

    private readonly BlockingCollection<(SendOrPostCallback Work, object? State)> _posted = [];

    /// <summary>Runs work on the thread, and what it posts, until it is done.</summary>
    /// <param name="work">Runs first.</param>
    /// <param name="end">Set by the work when it is done.</param>
    public static void Run(Action work, ManualResetEventSlim end)
    {
        var context = new SmallStack();
        var thread = new Thread(() => context.Pump(work), Bytes) { IsBackground = true };
        thread.Start();
        Assert.True(end.Wait(Limit.Long), "It did not come to its end.");
        context._posted.CompleteAdding();
        Assert.True(thread.Join(Limit.Long));
    }

    public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

    private void Pump(Action work)
    {
        SetSynchronizationContext(this);
        work();
        foreach ((SendOrPostCallback posted, object? state) in _posted.GetConsumingEnumerable()) posted(state);
    }
}
