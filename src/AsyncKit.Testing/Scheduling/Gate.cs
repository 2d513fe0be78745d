namespace AsyncKit.Testing;

/// <summary>
/// Where threads that begin to run code of a test are stopped, until it is their turn. It is what makes
/// <c>Task.Run</c> and <c>ConfigureAwait(false)</c> part of the run.
/// </summary>
/// <remarks>
/// The runtime calls the handler of an <see cref="AsyncLocal{T}"/> on every thread whose
/// <see cref="ExecutionContext"/> changes its value: on a pool thread before the first instruction of a work item, and
/// after the last. The handler must not throw: the runtime would end the process.
/// </remarks>
internal static class Gate
{
    private static readonly AsyncLocal<Strand?> _strand = new(OnChanged);

    // On a pool thread that has left a run in a task, until its work item has ended: what the task completes may yet
    // bring the thread back to the gate, as its continuation does. After the item the pool takes the context away, and
    // the handler hears of it. Other items leave when they have ended.
    private static readonly AsyncLocal<Scheduler?> _unfinished = new(OnUnfinishedChanged);

    [ThreadStatic]
    private static bool _isOpenHere;

    /// <summary>The strand that the running code belongs to.</summary>
    public static Strand? Current => _strand.Value;

    /// <summary>Makes what follows in this flow a part of a strand.</summary>
    public static void Assign(Strand strand) => _strand.Value = strand;

    /// <summary>The strand that a captured context belongs to.</summary>
    public static Strand? StrandOf(ExecutionContext context)
    {
        Strand? strand = null;
        _isOpenHere = true;
        try
        {
            ExecutionContext.Run(context, _ => strand = _strand.Value, null);
        }
        finally
        {
            _isOpenHere = false;
        }

        return strand;
    }

    private static void OnChanged(AsyncLocalValueChangedArgs<Strand?> change)
    {
        if (!change.ThreadContextChanged || _isOpenHere) return;
        Scheduler? left = change.PreviousValue?.Scheduler;
        Scheduler? entered = change.CurrentValue?.Scheduler;

        // From strand to strand of one run, as when one completes what another awaits: the thread has the turn already.
        if (left == entered) return;
        if (left is not null)
        {
            // Before the turn is given back: there must be no moment in which nobody knows of the thread.
            if (entered is null && Task.CurrentId is not null && Thread.CurrentThread.IsThreadPoolThread)
                _unfinished.Value = left;
            left.Leave();
        }

        entered?.Enter(change.CurrentValue!);
    }

    private static void OnUnfinishedChanged(AsyncLocalValueChangedArgs<Scheduler?> change)
    {
        if (_isOpenHere) return;
        if (change.CurrentValue is { } left) GatedThread.Current.BeginUnfinished(left);

        // One that goes to the gate is unfinished until it stands there.
        else if (_strand.Value is null) GatedThread.Current.EndUnfinished();
    }
}
