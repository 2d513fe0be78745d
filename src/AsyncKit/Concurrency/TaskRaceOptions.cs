namespace AsyncKit.Concurrency;

/// <summary>How a race of <see cref="TaskRace"/> is run.</summary>
public sealed record TaskRaceOptions
{
    /// <summary>Whether the race ends without waiting for the losers, which are cancelled all the same. By default it
    /// waits until they have ended.</summary>
    public bool AbandonLosers { get; init; }

    /// <summary>Takes what goes wrong with losers after the race was won: their faults, and those of disposing their
    /// results. By default they are dropped.</summary>
    public Action<Exception>? OnLateFault { get; init; }

    /// <summary>The clock of the delay between starts; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;
}
