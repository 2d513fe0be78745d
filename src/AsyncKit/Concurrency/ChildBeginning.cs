using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AsyncKit.Concurrency;

/// <summary>Calls the method of a child as the beginning of an asynchronous method, which leaves no trace of what it
/// set in <see cref="AsyncLocal{T}"/> values.</summary>
/// <remarks>
/// The builder of asynchronous methods is what saves the context of the thread and puts it back. To do that by
/// <see cref="ExecutionContext.Capture"/> and <see cref="ExecutionContext.Restore"/> takes a fifth of the time of a
/// child.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct ChildBeginning(Func<CancellationToken, ValueTask> child, CancellationToken cancellationToken)
    : IAsyncStateMachine
{
    private Task? _running;

    public static Task RunAsync(Func<CancellationToken, ValueTask> child, CancellationToken cancellationToken)
    {
        var beginning = new ChildBeginning(child, cancellationToken);
        try
        {
            default(AsyncTaskMethodBuilder).Start(ref beginning);
            return beginning._running!;
        }
        catch (Exception e)
        {
            // As an asynchronous method ends: cancelled by an OperationCanceledException.
            var builder = AsyncTaskMethodBuilder.Create();
            builder.SetException(e);
            return builder.Task;
        }
    }

    void IAsyncStateMachine.MoveNext() => _running = child(cancellationToken).AsTask();

    readonly void IAsyncStateMachine.SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }
}

/// <summary>The same, for a child that gives a value.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ChildBeginning<T>(Func<CancellationToken, ValueTask<T>> child, CancellationToken cancellationToken)
    : IAsyncStateMachine
{
    private Task<T>? _running;

    public static Task<T> RunAsync(Func<CancellationToken, ValueTask<T>> child, CancellationToken cancellationToken)
    {
        var beginning = new ChildBeginning<T>(child, cancellationToken);
        try
        {
            default(AsyncTaskMethodBuilder).Start(ref beginning);
            return beginning._running!;
        }
        catch (Exception e)
        {
            var builder = AsyncTaskMethodBuilder<T>.Create();
            builder.SetException(e);
            return builder.Task;
        }
    }

    void IAsyncStateMachine.MoveNext() => _running = child(cancellationToken).AsTask();

    readonly void IAsyncStateMachine.SetStateMachine(IAsyncStateMachine stateMachine)
    {
    }
}
