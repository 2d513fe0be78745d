using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace AsyncKit.Testing;

/// <summary>A callback posted to the context of a strand: most often an async method that goes on.</summary>
internal sealed class PostedStep(Strand strand, SendOrPostCallback callback, object? state) : Step(strand)
{
    // An async void method posts what it threw to the context in which it was started.
    public override string Name => state is ExceptionDispatchInfo
        ? "an exception of an async void method"
        : MethodNames.OfContinuation(callback, state);

    public override bool TryFindMethod([NotNullWhen(true)] out Task? method)
    {
        method = state as Task ?? (state as Action)?.Target as Task;
        return method is not null || (state is Action action && RuntimeTasks.TryFindContinued(action, out method));
    }

    public object? State => state;

    public override void Run(Scheduler scheduler)
    {
        SynchronizationContext.SetSynchronizationContext(scheduler.ContextFor(Strand));
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
