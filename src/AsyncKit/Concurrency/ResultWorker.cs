using System.Runtime.CompilerServices;

namespace AsyncKit.Concurrency;

/// <summary>A worker whose bodies have results.</summary>
internal abstract class ResultWorker<T, TResult>(
    BoundedRun<T> run, Func<T, CancellationToken, ValueTask<TResult>> selector)
    : RunWorker<T>(run)
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected sealed override async ValueTask RunBodyAsync() =>
        Keep(await selector(Item, Run.StopToken).ConfigureAwait(false));

    /// <summary>Keeps the result of the item.</summary>
    protected abstract void Keep(TResult result);
}
