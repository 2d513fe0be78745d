using System.Diagnostics.CodeAnalysis;

namespace AsyncKit.Testing;

/// <summary>An async method that goes on where it let others run.</summary>
internal sealed class YieldStep(
    Strand strand, string? about, Action<object?> continuation, object? state, ExecutionContext? context)
    : Step(strand)
{
    public override string Name =>
        about ?? (TryFindMethod(out Task? method) ? MethodNames.OfTask(method) : MethodNames.Of(continuation.Method));

    public override bool TryFindMethod([NotNullWhen(true)] out Task? method)
    {
        method = state as Task;
        return method is not null;
    }

    public override void Run(Scheduler scheduler)
    {
        SynchronizationContext.SetSynchronizationContext(scheduler.ContextFor(Strand));
        try
        {
            if (context is null) continuation(state);
            else ExecutionContext.Run(context, new ContextCallback(continuation), state);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }
    }
}
