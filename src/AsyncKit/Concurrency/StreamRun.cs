using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using AsyncKit.Errors;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>A run that gives its results one by one, and goes no further ahead than its buffer lets it.</summary>
/// <remarks>It is also the source of its consumer's wait: there is one at a time.</remarks>
internal sealed class StreamRun<T, TResult> : BoundedRun<T>, IValueTaskSource
{
    private readonly Func<T, CancellationToken, ValueTask<TResult>> _selector;
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Resumption _consumer;

    // From here on: guarded by the gate.
    private ResultRing<TResult> _results = new();
    private bool _isAwaited;
    private bool _isOver;

    private StreamRun(
        BoundedRunner runner,
        RunSource<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken callerToken)
        : base(runner, source, callerToken) => _selector = selector;

    // Counts what was pulled and whose place was not passed by the consumer.
    protected override bool HasRoom =>
        Pulled - _results.Next < (long)Runner.Limit.Value + Runner.Options.BufferCapacity;

    // In order, nothing is given that comes behind an item that stopped the run.
    private bool PassesHoles => !Runner.Options.PreserveOrder || Runner.Options.OnError is ErrorPolicy.CollectAll;

    // The run begins when the first element is asked for, as that of any iterator.
    public static async IAsyncEnumerable<TResult> RunAsync(
        BoundedRunner runner,
        RunSource<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        [EnumeratorCancellation] CancellationToken callerToken)
    {
        callerToken.ThrowIfCancellationRequested();
        var run = new StreamRun<T, TResult>(runner, source.Anew(), selector, callerToken);
        run.Start();
        var hasEnded = false;
        try
        {
            while (!hasEnded)
            {
                if (run.TryTake(out TResult? result, out hasEnded)) yield return result;
                else if (!hasEnded) await new ValueTask(run, token: 0).ConfigureAwait(WatchedWait.IsWanted);
            }

            await run._completion.Task.ConfigureAwait(false);
        }
        finally
        {
            if (!hasEnded) await run.BreakOffAsync().ConfigureAwait(false);
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) =>
        _consumer.HasEnded ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _consumer.Continue(continuation, state, flags);

    void IValueTaskSource.GetResult(short token)
    {
    }

    protected override RunWorker<T> CreateWorker() => new Worker(this, _selector);

    protected override void Complete()
    {
        Complete(_completion, static () => true);
        EnterGate();
        _isOver = true;
        ExitGateAndWakeConsumer();
    }

    private bool TryTake([MaybeNullWhen(false)] out TResult result, out bool hasEnded)
    {
        EnterGate();
        if (PassesHoles) _results.PassHoles();
        bool isTaken = _results.TryTake(out result);
        hasEnded = !isTaken && _isOver;
        _isAwaited = !isTaken && !_isOver;
        if (_isAwaited) _consumer.Reset();
        ExitGateAndPull();
        return isTaken;
    }

    // Whoever consumed has gone. What goes wrong from now on has only the handler to go to.
    private async ValueTask BreakOffAsync()
    {
        await StopAsync().ConfigureAwait(false);
        await ((Task)_completion.Task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_completion.Task.Exception is not { } faults || Runner.Options.OnLateFault is not { } onLateFault) return;
        foreach (Exception fault in faults.InnerExceptions) Unhandled.Call(onLateFault, fault);
    }

    // Called by who has the turn: nobody else makes the ring larger.
    private void MakeRoomForPulled()
    {
        if (Pulled - _results.Next < _results.Capacity) return;
        ResultRing<TResult> larger = _results.Grown();
        EnterGate();
        _results.MoveTo(larger);
        _results = larger;
        ExitGate();
    }

    private void ExitGateAndWakeConsumer()
    {
        bool wakes = _isAwaited;
        _isAwaited = false;
        ExitGate();
        if (wakes) _consumer.End();
    }

    private sealed class Worker(StreamRun<T, TResult> run, Func<T, CancellationToken, ValueTask<TResult>> selector)
        : ResultWorker<T, TResult>(run, selector)
    {
        private long? Place => run.Runner.Options.PreserveOrder ? Index : null;

        protected override bool OnPulled()
        {
            run.MakeRoomForPulled();
            return true;
        }

        protected override void Keep(TResult result)
        {
            run.EnterGate();
            run._results.Put(Place, result);
            run.ExitGateAndWakeConsumer();
        }

        protected override void OnNoResult()
        {
            run.EnterGate();
            run._results.PutHole(Place);
            run.ExitGateAndWakeConsumer();
        }
    }
}
