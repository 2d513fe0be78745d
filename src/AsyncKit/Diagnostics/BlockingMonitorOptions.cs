namespace AsyncKit.Diagnostics;

/// <summary>How a <see cref="BlockingMonitor"/> looks at the thread pool.</summary>
public sealed record BlockingMonitorOptions
{
    /// <summary>The pause between two looks: from 1 millisecond to 1 hour; 250 milliseconds by default.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>How late the pool may begin work before that is a starvation: from 1 millisecond to 1 hour; 500
    /// milliseconds by default.</summary>
    public TimeSpan Threshold { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Takes a report when a starvation begins, and one when it is over. By default there is none, and the
    /// instruments tell.</summary>
    /// <remarks>Called on the thread of the monitor, which looks at nothing meanwhile. What it throws is
    /// unhandled.</remarks>
    public Action<StarvationReport>? OnStarvation { get; init; }

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Interval.TotalMilliseconds: not (>= 1 and <= 3_600_000) } =>
                $"Interval must be from 1 ms to 1 hour, but was {Interval}",
            { Threshold.TotalMilliseconds: not (>= 1 and <= 3_600_000) } =>
                $"Threshold must be from 1 ms to 1 hour, but was {Threshold}",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
