namespace AsyncKit.Concurrency;

/// <summary>A run whose bodies have no results.</summary>
internal sealed class ForEachRun<T>(
    BoundedRunner runner,
    RunSource<T> source,
    Func<T, CancellationToken, ValueTask> body,
    CancellationToken callerToken)
    : BoundedRun<T>(runner, source, callerToken)
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Not async: an async method would keep only the first of the faults.
    public Task RunAsync()
    {
        Start();
        return _completion.Task;
    }

    protected override RunWorker<T> CreateWorker() => new Worker(this, body);

    protected override void Complete() => Complete(_completion, static () => true);

    private sealed class Worker(BoundedRun<T> run, Func<T, CancellationToken, ValueTask> body) : RunWorker<T>(run)
    {
        protected override ValueTask RunBodyAsync() => body(Item, Run.StopToken);
    }
}
