using System.Runtime.CompilerServices;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>A run that works on the items of a queue until that is completed and all are finished.</summary>
internal sealed class WorkRun<T>(
    WorkQueue<T> queue,
    BoundedRunner runner,
    Func<T, CancellationToken, ValueTask> handler,
    CancellationToken callerToken)
    : BoundedRun<WorkItem<T>>(
        runner,
        RunSource.Of(queue.DequeueAllAsync(WorkRequest.ItemToTheLast, CancellationToken.None)),
        callerToken)
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private WorkQueue<T> Queue => queue;

    public Task RunAsync()
    {
        Start();
        return _completion.Task;
    }

    protected override RunWorker<WorkItem<T>> CreateWorker() => new Worker(this, handler);

    protected override void Complete() => Complete(_completion, static () => true);

    private sealed class Worker(WorkRun<T> run, Func<T, CancellationToken, ValueTask> handler)
        : RunWorker<WorkItem<T>>(run)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask RunBodyAsync()
        {
            WatchedWait? unfinished = WatchedWait.IsWanted ? new WatchedWait(run.Queue.End, Name) : null;
            try
            {
                unfinished?.Held();
                await handler(Item.Value, Run.StopToken).ConfigureAwait(false);
                unfinished?.Released();
                Item.Complete();
            }
            catch (Exception e)
            {
                unfinished?.Released();
                if (IsCut(e)) throw;
                Item.Fail(e);
            }
        }

        // The run was stopped before the handler was done, or before it began: that is no failed attempt.
        protected override void OnNoResult() => Item.GiveBack();

        private bool IsCut(Exception exception) =>
            exception is OperationCanceledException && Run.StopToken.IsCancellationRequested;
    }
}
