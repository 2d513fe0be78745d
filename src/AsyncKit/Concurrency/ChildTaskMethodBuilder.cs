using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace AsyncKit.Concurrency;

/// <summary>Builds the task of a child as any other, except that its fault counts as observed: the group has it.</summary>
/// <remarks>A task beside the one of the asynchronous method would do the same, and make a child half as dear again.
/// </remarks>
[StructLayout(LayoutKind.Auto)]
internal struct ChildTaskMethodBuilder
{
    private AsyncTaskMethodBuilder _builder;

    public static ChildTaskMethodBuilder Create() => default;

    public Task Task => _builder.Task;

    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _builder.Start(ref stateMachine);

    public void SetStateMachine(IAsyncStateMachine stateMachine) => _builder.SetStateMachine(stateMachine);

    public void SetResult() => _builder.SetResult();

    public void SetException(Exception exception)
    {
        _builder.SetException(exception);
        _ = _builder.Task.Exception;
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}

/// <summary>The same, for a child that gives a value.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct ChildTaskMethodBuilder<T>
{
    private AsyncTaskMethodBuilder<T> _builder;

    public static ChildTaskMethodBuilder<T> Create() => default;

    public Task<T> Task => _builder.Task;

    public void Start<TStateMachine>(ref TStateMachine stateMachine)
        where TStateMachine : IAsyncStateMachine => _builder.Start(ref stateMachine);

    public void SetStateMachine(IAsyncStateMachine stateMachine) => _builder.SetStateMachine(stateMachine);

    public void SetResult(T result) => _builder.SetResult(result);

    public void SetException(Exception exception)
    {
        _builder.SetException(exception);
        _ = _builder.Task.Exception;
    }

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : INotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitOnCompleted(ref awaiter, ref stateMachine);

    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine stateMachine)
        where TAwaiter : ICriticalNotifyCompletion
        where TStateMachine : IAsyncStateMachine => _builder.AwaitUnsafeOnCompleted(ref awaiter, ref stateMachine);
}
