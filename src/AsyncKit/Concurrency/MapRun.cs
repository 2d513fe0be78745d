namespace AsyncKit.Concurrency;

/// <summary>A run that gives an array of results, in the order of the source.</summary>
internal sealed class MapRun<T, TResult>(
    BoundedRunner runner,
    RunSource<T> source,
    Func<T, CancellationToken, ValueTask<TResult>> selector,
    CancellationToken callerToken)
    : BoundedRun<T>(runner, source, callerToken)
{
    private readonly ResultSegments<TResult> _results = new(source.KnownCount);
    private readonly TaskCompletionSource<TResult[]> _completion =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<TResult[]> RunAsync()
    {
        Start();
        return _completion.Task;
    }

    protected override RunWorker<T> CreateWorker() => new Worker(this, selector);

    protected override void Complete() => Complete(_completion, _results.ToArray);

    private sealed class Worker(MapRun<T, TResult> run, Func<T, CancellationToken, ValueTask<TResult>> selector)
        : ResultWorker<T, TResult>(run, selector)
    {
        private ResultSegments<TResult>.Place _place;

        protected override bool OnPulled()
        {
            _place = run._results.Reserve();
            return true;
        }

        protected override void Keep(TResult result) => _place.Put(result);
    }
}
