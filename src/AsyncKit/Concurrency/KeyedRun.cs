namespace AsyncKit.Concurrency;

/// <summary>A run in which the items of one key are run one after the other, in the order of the source.</summary>
/// <remarks>
/// An item whose key is busy is put into the line of its key, and its worker goes on to pull another one. The worker
/// that has a key runs what stands in its line before it pulls again.
/// </remarks>
internal sealed class KeyedRun<T, TKey>(
    BoundedRunner runner,
    RunSource<T> source,
    Func<T, TKey> keySelector,
    IEqualityComparer<TKey>? comparer,
    Func<T, CancellationToken, ValueTask> body,
    CancellationToken callerToken)
    : BoundedRun<T>(runner, source, callerToken)
    where TKey : notnull
{
    private readonly TaskCompletionSource<bool> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // Used by who has the turn: comparers are not ours, and not called under a gate.
    private readonly Dictionary<TKey, KeyLine<T, TKey>> _lines = new(comparer);

    // From here on: guarded by the gate.
    private KeyLine<T, TKey>? _listed;
    private long _ended;

    // Those that run, and those that wait for their key.
    protected override bool HasRoom => Pulled - _ended < (long)Runner.Limit.Value + Runner.Options.BufferCapacity;

    protected override bool HasItemsLeft => _ended < Pulled;

    public Task RunAsync()
    {
        Start();
        return _completion.Task;
    }

    protected override RunWorker<T> CreateWorker() => new Worker(this, body);

    protected override void Complete() => Complete(_completion, static () => true);

    // With the turn: takes the key for an item, or puts the item into the line of the key.
    private bool TryTakeKey(T item, long index, out KeyLine<T, TKey> line)
    {
        ForgetFreeKeys();
        TKey key = keySelector(item);
        if (!_lines.TryGetValue(key, out line!)) _lines.Add(key, line = new KeyLine<T, TKey>(key));
        EnterGate();
        bool isTaken = line.TryTake();
        ExitGate();
        if (isTaken) return true;

        // Memory is asked for outside of the gate; meanwhile the key may have become free.
        var queued = new KeyLine<T, TKey>.QueuedItem(item, index);
        EnterGate();
        isTaken = line.TryTake(queued);
        ExitGate();
        return isTaken;
    }

    // With the turn: nobody else takes a key, so one that is free stays so.
    private void ForgetFreeKeys()
    {
        KeyLine<T, TKey>? free = null;
        EnterGate();
        while (_listed is { } line)
        {
            _listed = line.NextListed;
            line.IsListed = false;
            line.NextListed = line.IsBusy ? null : free;
            if (!line.IsBusy) free = line;
        }

        ExitGate();
        for (; free is not null; free = free.NextListed) _lines.Remove(free.Key);
    }

    // The item that had the key has ended.
    private KeyLine<T, TKey>.QueuedItem? TakeNext(KeyLine<T, TKey> line)
    {
        EnterGate();
        _ended++;
        KeyLine<T, TKey>.QueuedItem? next = IsStopping ? null : line.TakeNext();
        if (next is null && !line.IsListed)
        {
            line.IsListed = true;
            line.NextListed = _listed;
            _listed = line;
        }

        ExitGateAndPull();
        return next;
    }

    private sealed class Worker(KeyedRun<T, TKey> run, Func<T, CancellationToken, ValueTask> body) : RunWorker<T>(run)
    {
        private KeyLine<T, TKey>? _line;

        protected override bool TryGoOn()
        {
            if (_line is null) return false;
            KeyLine<T, TKey>.QueuedItem? next = run.TakeNext(_line);
            if (next is null) _line = null;
            else SetItem(next.Item, next.Index);
            return next is not null;
        }

        protected override bool OnPulled()
        {
            bool isTaken = run.TryTakeKey(Item, Index, out KeyLine<T, TKey> line);
            _line = isTaken ? line : null;
            return isTaken;
        }

        protected override ValueTask RunBodyAsync() => body(Item, Run.StopToken);
    }
}
