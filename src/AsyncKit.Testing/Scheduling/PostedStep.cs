namespace AsyncKit.Testing;

/// <summary>A callback posted to the context of a strand: most often an async method that goes on.</summary>
internal sealed class PostedStep(Strand strand, SendOrPostCallback callback, object? state) : Step(strand)
{
    public override string Name => MethodNames.OfContinuation(callback, state);

    public override void Run(Scheduler scheduler)
    {
        SynchronizationContext.SetSynchronizationContext(Strand.Context);
        try
        {
            callback(state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }
}
