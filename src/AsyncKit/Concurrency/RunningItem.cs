using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>The item of a run that code belongs to, known while somebody listens.</summary>
internal sealed class RunningItem(ConcurrencyLimit limit, string name, RunningItem? outer) : IDisposable
{
    private static readonly AsyncLocal<RunningItem?> _current = new();
    private bool _hasEnded;

    /// <summary>Whether somebody listens who wants to know of items.</summary>
    public static bool IsWanted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AsyncDiagnostics.IsEnabled(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits | DiagnosticEvents.Tasks);
    }

    /// <summary>Begins an item of a run, in the context of the caller.</summary>
    public static RunningItem Begin(object run, ConcurrencyLimit limit, string name)
    {
        var item = new RunningItem(limit, name, _current.Value);
        _current.Value = item;
        AsyncDiagnostics.TaskBegun(item, run);
        return item;
    }

    /// <summary>Refuses the call of a runner by an item that holds a permit of the same limit.</summary>
    /// <exception cref="InvalidOperationException">The caller is such an item.</exception>
    public static void ThrowIfNested(BoundedRunner runner)
    {
        if (!WatchedWait.IsWanted) return;
        for (RunningItem? item = _current.Value; item is not null; item = item.Outer)
        {
            if (item.Limit != runner.Limit || item._hasEnded) continue;
            throw new InvalidOperationException(
                $"{item.Name} calls {runner}, which has the same limit: with every permit held by such items, none "
                + "could go on. Give the inner call a runner with a limit of its own.");
        }
    }

    private ConcurrencyLimit Limit => limit;

    private string Name => name;

    private RunningItem? Outer => outer;

    public void Dispose()
    {
        _hasEnded = true;
        AsyncDiagnostics.TaskEnded(this);
    }

    public override string ToString() => name;
}
