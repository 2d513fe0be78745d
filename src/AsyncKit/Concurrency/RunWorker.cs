using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using AsyncKit.Errors;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>Pulls an item, runs the body, and goes round.</summary>
/// <remarks>
/// <para>It keeps its permit from one item to the next, and gives it up when anyone else waits for one, when it has to
/// wait for an item itself, and at the end.</para>
/// <para>It is also the source of its own wait for the turn, so that waiting takes no memory.</para>
/// </remarks>
internal abstract class RunWorker<T>(BoundedRun<T> run) : IThreadPoolWorkItem, IValueTaskSource
{
    private Resumption _resumption;
    private short _wait;
    private int _distance;
    private AsyncSemaphore.Lease _permit;

    /// <summary>The next of those that wait. Guarded by the gate of the run.</summary>
    public RunWorker<T>? Next { get; set; }

    /// <summary>Whether it was the last to leave.</summary>
    public bool IsLast { get; set; }

    /// <summary>The number of the item, from zero.</summary>
    protected long Index { get; private set; }

    protected T Item { get; private set; } = default!;

    protected BoundedRun<T> Run => run;

    /// <summary>The name of the item in reports.</summary>
    protected string Name => $"item {Index} of {run.Runner}";

    public void Start() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        run.RestoreCallersContext();
        _ = WorkAsync();
    }

    /// <summary>From now on it waits. Under the gate of the run.</summary>
    public void BeginWait(RunWorker<T>? next)
    {
        Next = next;
        _resumption.Reset();
        _wait++;
    }

    /// <summary>Lets the others go on for a while: from some 150 ns to 5 µs.</summary>
    /// <remarks>
    /// Bodies that end at once make the workers meet at the source for each item, and what they hand to and fro costs
    /// more than the items. So who finds the turn taken stands back, further each time, and comes closer again as it
    /// finds the turn free: one of them then runs alone for some hundred items, at a third of the time for each. Where
    /// bodies take longer, they hardly ever meet.
    /// </remarks>
    public void StandBack()
    {
        _distance = Math.Min(_distance + 2, 5);
        Thread.SpinWait(4 << _distance);
    }

    public void StepCloser() => _distance = Math.Max(0, _distance - 1);

    public void Wake() => _resumption.End();

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) =>
        _resumption.HasEnded ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _resumption.Continue(continuation, state, flags);

    void IValueTaskSource.GetResult(short token)
    {
    }

    /// <summary>Runs the body on the item, and keeps its result.</summary>
    protected abstract ValueTask RunBodyAsync();

    /// <summary>Takes an item that was pulled for this worker before it pulls one itself, if there is any.</summary>
    protected virtual bool TryGoOn() => false;

    /// <summary>An item was pulled, and the turn is still this worker's.</summary>
    /// <returns>Whether this worker is to run it now.</returns>
    protected virtual bool OnPulled() => true;

    /// <summary>The item has ended without a result.</summary>
    protected virtual void OnNoResult()
    {
    }

    protected void SetItem(T item, long index)
    {
        Item = item;
        Index = index;
    }

    // Never throws: what goes wrong is told to the run. The body is awaited here and not in a method of its own, whose
    // state would take memory for each item.
    private async Task WorkAsync()
    {
        while (await NextAsync().ConfigureAwait(WatchedWait.IsWanted))
        {
            var hasStarted = false;
            var ending = Ending.Succeeded;
            try
            {
                run.RestoreCallersContext();
                using RunningItem? running =
                    RunningItem.IsWanted ? RunningItem.Begin(run, run.Runner.Limit, Name) : null;
                if (!_permit.IsAcquired && !TryTakePermit())
                    _permit = await WaitForPermitAsync().ConfigureAwait(WatchedWait.IsWanted);
                hasStarted = true;
                run.Progress?.Start();
                await RunBodyAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                ending = await run.TakeAsync(e).ConfigureAwait(false);
                OnNoResult();
            }

            Item = default!;
            if (hasStarted && run.Progress is { } progress)
                await run.ReportAsync(progress, ending).ConfigureAwait(false);
        }

        GivePermitBack();
        if (IsLast) await run.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Takes the next item, or leaves.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> NextAsync()
    {
        if (_permit.IsAcquired && (WatchedWait.IsWanted || run.Runner.Limit.IsContended)) GivePermitBack();
        if (TryGoOn()) return true;
        while (true)
        {
            switch (run.EnterTurn(this))
            {
                case RunTurn.Pull when await PullAsync().ConfigureAwait(false): return true;
                case RunTurn.Leave: return false;
                case RunTurn.Wait:
                    GivePermitBack();
                    await new ValueTask(this, _wait).ConfigureAwait(WatchedWait.IsWanted);
                    break;
            }
        }
    }

    // Waiting for the source, as for the turn, it holds no permit that others need.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> PullAsync()
    {
        var hasFound = false;
        var isTaken = false;
        try
        {
            ValueTask<bool> found = run.Source.MoveNextAsync(run.StopToken);
            if (!found.IsCompleted)
            {
                GivePermitBack();
                run.TurnTakesLong();
            }

            if (await found.ConfigureAwait(false))
            {
                SetItem(run.Source.Current, run.Pulled);
                isTaken = OnPulled();
                hasFound = true;
            }
        }
        catch (Exception e)
        {
            // Nobody asks a sequence again that has failed.
            await run.TakeAsync(e).ConfigureAwait(false);
        }

        run.ExitTurn(hasFound);
        return isTaken;
    }

    private bool TryTakePermit() => !WatchedWait.IsWanted && !run.StopToken.IsCancellationRequested
        && run.Runner.Limit.TryAcquire(out _permit);

    private ValueTask<AsyncSemaphore.Lease> WaitForPermitAsync() => WatchedWait.IsWanted
        ? run.Runner.Limit.AcquireAsync(Name, run.StopToken)
        : run.Runner.Limit.AcquireAsync(run.StopToken);

    private void GivePermitBack()
    {
        _permit.Dispose();
        _permit = default;
    }
}
