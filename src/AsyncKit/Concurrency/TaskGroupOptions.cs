using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>How a <see cref="TaskGroup"/> runs.</summary>
public sealed record TaskGroupOptions
{
    /// <summary>What the fault of a child means for the group; by default the first one cancels it.</summary>
    public TaskGroupPolicy Policy { get; init; } = TaskGroupPolicy.FailFast;

    /// <summary>How many children may run at a time: at least 1. By default <see langword="null"/>: all.</summary>
    public int? MaxConcurrency { get; init; }

    /// <summary>How long the group may take, from zero to 4,294,967,294 milliseconds (about 49.7 days), or
    /// <see cref="System.Threading.Timeout.InfiniteTimeSpan"/>, the default.</summary>
    public TimeSpan Timeout { get; init; } = System.Threading.Timeout.InfiniteTimeSpan;

    /// <summary>The name of the group in messages and reports. By default it has none.</summary>
    public string? Name { get; init; }

    /// <summary>Takes the faults of children, with the name of the child if it has one: to be set with
    /// <see cref="TaskGroupPolicy.Supervise"/>, and only then.</summary>
    /// <remarks>Called on the thread where the child ended or on one of the pool, without a synchronization context,
    /// maybe for several at a time. What it throws is unhandled.</remarks>
    public Action<Exception, string?>? OnChildFault { get; init; }

    /// <summary>How many faults are kept when all are collected: at least 1; 100 by default. The others are
    /// counted.</summary>
    public int MaxErrors { get; init; } = 100;

    /// <summary>The clock of <see cref="Timeout"/>; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Policy: not (TaskGroupPolicy.FailFast or TaskGroupPolicy.CollectAll or TaskGroupPolicy.Supervise) } =>
                $"Policy must be FailFast, CollectAll or Supervise, but was {Policy}",
            { MaxConcurrency: < 1 } => $"MaxConcurrency must be at least 1, but was {MaxConcurrency}",
            _ when !TimerRange.Has(Timeout) => $"Timeout must be {TimerRange.Text}, but was {Timeout}",
            { Policy: TaskGroupPolicy.Supervise, OnChildFault: null } => "OnChildFault must be set to supervise",
            { Policy: not TaskGroupPolicy.Supervise, OnChildFault: not null } =>
                $"OnChildFault is called only to supervise, but Policy was {Policy}",
            { MaxErrors: < 1 } => $"MaxErrors must be at least 1, but was {MaxErrors}",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
