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
        left?.Leave();
        entered?.Enter(change.CurrentValue!);
    }
}
