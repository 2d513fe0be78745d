namespace AsyncKit.Testing;

/// <summary>A timer that has come due.</summary>
internal sealed class TimerStep(Strand strand, ManualTimer timer) : Step(strand)
{
    private readonly int _version = timer.Version;

    public override string Name => timer.Name;

    // Below those of tasks and strands.
    public override long Owner { get; } = -timer.Number;

    public override void Run(Scheduler scheduler)
    {
        // Changed or disposed of since it came due.
        if (timer.Version != _version) return;

        // Without a context, code that awaits a delay with ConfigureAwait(false) goes on here, on the pump, instead of
        // being sent to the thread pool. A callback of the test's own may be an async void method: it gets the context,
        // which catches what that throws.
        SynchronizationContext.SetSynchronizationContext(timer.IsOfTheFramework ? null : Strand.Context);
        try
        {
            timer.Invoke();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }
}
