using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>How a <see cref="BoundedRunner"/> runs.</summary>
/// <remarks>Set one of <see cref="MaxConcurrency"/> and <see cref="Limit"/>; everything else has a default.</remarks>
public sealed record BoundedRunnerOptions
{
    /// <summary>How many bodies may run at a time: at least 1. By default <see langword="null"/>: see
    /// <see cref="Limit"/>.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>A limit that is shared with others, or changed while the runner runs. By default
    /// <see langword="null"/>: see <see cref="MaxConcurrency"/>.</summary>
    public ConcurrencyLimit? Limit { get; init; }

    /// <summary>Whether streams give their results in the order of the source; by default they give each as soon as it
    /// is there.</summary>
    public bool PreserveOrder { get; init; }

    /// <summary>How many items a stream, or a run by key, may pull beyond the limit: results that nobody has taken yet,
    /// and items that wait for their key. Zero or more; 16 by default.</summary>
    public int BufferCapacity { get; init; } = 16;

    /// <summary>What a fault means for the other items; by default the first one stops the run.</summary>
    public ErrorPolicy OnError { get; init; } = ErrorPolicy.StopOnFirst;

    /// <summary>How many faults are kept when all are collected: at least 1; 100 by default. The others are
    /// counted.</summary>
    public int MaxErrors { get; init; } = 100;

    /// <summary>How long the body of one item may take, from zero to 4,294,967,294 milliseconds (about 49.7 days), or
    /// <see cref="Timeout.InfiniteTimeSpan"/>, the default. Its token is then cancelled and the body awaited; the item
    /// faults with a <see cref="TimeoutException"/> if it ended by that.</summary>
    public TimeSpan ItemTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>Where to report progress: after an item has ended, one report at a time, and at the end.</summary>
    /// <remarks>What it throws is a fault of the run.</remarks>
    public IProgress<RunnerProgress>? Progress { get; init; }

    /// <summary>Takes faults of a stream that come after its consumer has broken out of it. By default they are
    /// dropped.</summary>
    public Action<Exception>? OnLateFault { get; init; }

    /// <summary>The clock of <see cref="ItemTimeout"/> and <see cref="Progress"/>; by default that of the
    /// system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The name of the runner in reports. By default it has none.</summary>
    public string? Name { get; init; }

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { MaxConcurrency: null, Limit: null } => "MaxConcurrency or Limit must be set",
            { MaxConcurrency: not null, Limit: not null } => "MaxConcurrency and Limit cannot both be set",
            { MaxConcurrency: < 1 } => $"MaxConcurrency must be at least 1, but was {MaxConcurrency}",
            { BufferCapacity: < 0 } => $"BufferCapacity must be at least 0, but was {BufferCapacity}",
            { MaxErrors: < 1 } => $"MaxErrors must be at least 1, but was {MaxErrors}",
            { OnError: not (ErrorPolicy.StopOnFirst or ErrorPolicy.CollectAll) } =>
                $"OnError must be StopOnFirst or CollectAll, but was {OnError}",
            _ when !TimerRange.Has(ItemTimeout) => $"ItemTimeout must be {TimerRange.Text}, but was {ItemTimeout}",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
