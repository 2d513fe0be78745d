namespace AsyncKit.Concurrency;

/// <summary>A run of one piece of work that gives a value.</summary>
internal sealed class SingleRun<TResult>(
    BoundedRunner runner, Func<bool, CancellationToken, ValueTask<TResult>> work, CancellationToken callerToken)
    : BoundedRun<bool>(runner, RunSource.Of([true]), callerToken)
{
    private readonly TaskCompletionSource<TResult> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TResult? _result;

    public Task<TResult> RunAsync()
    {
        Start();
        return _completion.Task;
    }

    protected override RunWorker<bool> CreateWorker() => new Worker(this, work);

    protected override void Complete() => Complete(_completion, () => _result!);

    private sealed class Worker(SingleRun<TResult> run, Func<bool, CancellationToken, ValueTask<TResult>> work)
        : ResultWorker<bool, TResult>(run, work)
    {
        protected override void Keep(TResult result) => run._result = result;
    }
}
