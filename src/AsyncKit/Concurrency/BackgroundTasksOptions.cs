using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>How <see cref="BackgroundTasks"/> run.</summary>
public sealed record BackgroundTasksOptions
{
    /// <summary>How many may run at a time: a limit that others may share. By default <see langword="null"/>:
    /// all.</summary>
    public ConcurrencyLimit? Limit { get; init; }

    /// <summary>How many may be unfinished at a time, those that wait for the limit among them: at least 1; 10,000 by
    /// default.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>How long work that was cancelled by a drain may take to end: from zero to 4,294,967,294 milliseconds
    /// (about 49.7 days), or infinite; 5 seconds by default.</summary>
    public TimeSpan CancellationGrace { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Their name in messages and reports. By default they have none.</summary>
    public string? Name { get; init; }

    /// <summary>The clock of ages and limits; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Capacity: < 1 } => $"Capacity must be at least 1, but was {Capacity}",
            _ when !TimerRange.Has(CancellationGrace) =>
                $"CancellationGrace must be {TimerRange.Text}, but was {CancellationGrace}",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
