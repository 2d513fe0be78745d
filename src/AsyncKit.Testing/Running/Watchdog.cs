using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Sees to it that a run ends: asks it to, and soon after ends it.</summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan _lastChance = TimeSpan.FromSeconds(1);

    private readonly ITimer? _timer;
    private readonly Action _ask;
    private readonly Action _end;
    private bool _hasAsked;

    /// <param name="limit">How long the run may take.</param>
    /// <param name="ask">Asks the run to end by itself, which it does unless its pump is stuck in the code of the
    /// test.</param>
    /// <param name="end">Ends the run although its pump is stuck.</param>
    public Watchdog(TimeSpan limit, Action ask, Action end)
    {
        _ask = ask;
        _end = end;
        if (limit == Timeout.InfiniteTimeSpan) return;
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        _timer = TimeProvider.System.CreateTimer(
            static watchdog => ((Watchdog)watchdog!).Bark(), this, limit, _lastChance);
    }

    public void Dispose() => _timer?.Dispose();

    private void Bark()
    {
        // Whoever steps through a test has all the time there is.
        if (Debugger.IsAttached) return;
        if (_hasAsked) _end();
        else _ask();
        _hasAsked = true;
    }
}
