namespace AsyncKit.Http;

/// <summary>Keeps a number of <see cref="TimeCut"/>s to be used again.</summary>
/// <remarks>
/// Only on the clock of the system: on that of a test, a timer that is left set would be a thing that is still to come.
/// Thread-safe.
/// </remarks>
internal sealed class TimeCutPool(TimeProvider timeProvider) : IDisposable
{
    private const int Most = 256;

    // Guards the stack; null when disposed.
    private readonly Lock _sync = new();
    private Stack<TimeCut>? _spare = new();

    public TimeCut Take(CancellationToken cancellationToken)
    {
        TimeCut? cut = null;
        lock (_sync) _spare?.TryPop(out cut);
        cut ??= new TimeCut(timeProvider);
        cut.Begin(cancellationToken);
        return cut;
    }

    /// <summary>Ends a limit, and keeps it if nothing can come of it any more.</summary>
    /// <param name="cut">The limit.</param>
    /// <param name="mayKeep">Whether nobody has its token any more.</param>
    public void GiveBack(TimeCut cut, bool mayKeep)
    {
        var isKept = false;
        try
        {
            if (!cut.End() || !mayKeep || timeProvider != TimeProvider.System) return;
            lock (_sync)
            {
                isKept = _spare is { Count: < Most };
                if (isKept) _spare!.Push(cut);
            }
        }
        finally
        {
            if (!isKept) cut.Dispose();
        }
    }

    public void Dispose()
    {
        Stack<TimeCut>? spare;
        lock (_sync) (spare, _spare) = (_spare, null);
        foreach (TimeCut cut in spare ?? []) cut.Dispose();
    }
}
