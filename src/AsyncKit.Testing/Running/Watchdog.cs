using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Sees to it that a run ends: asks it to, and soon after ends it.</summary>
/// <remarks>One timer watches all the runs of a call. The first is found to take too long at its limit, a later one
/// between that and twice that.</remarks>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan _lastChance = TimeSpan.FromSeconds(1);

    private readonly PumpedCall _call;
    private readonly TimeSpan _limit;
    private readonly ITimer? _timer;
    private int _seen = 1;
    private bool _hasAsked;

    public Watchdog(PumpedCall call, TimeSpan limit)
    {
        _call = call;
        _limit = limit;
        if (limit == Timeout.InfiniteTimeSpan) return;
        using AsyncFlowControl flow = ExecutionContext.SuppressFlow();
        _timer = TimeProvider.System.CreateTimer(
            static watchdog => ((Watchdog)watchdog!).Look(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(limit, Timeout.InfiniteTimeSpan);
    }

    public void Dispose() => _timer?.Dispose();

    private void Look()
    {
        // Whoever steps through a test has all the time there is.
        if (_call.Current is not { } run || run.Number != _seen || Debugger.IsAttached)
        {
            _seen = _call.Current?.Number ?? _seen;
            _hasAsked = false;
        }
        else if (_hasAsked)
        {
            _call.EndAlthoughStuck(run);
        }
        else
        {
            run.Report.AskToEnd();
            _hasAsked = true;
        }

        _timer!.Change(_hasAsked ? _lastChance : _limit, Timeout.InfiniteTimeSpan);
    }
}
