namespace AsyncKit.Diagnostics;

/// <summary>What a <see cref="TaskInspector"/> takes note of.</summary>
public sealed record TaskInspectorOptions
{
    /// <summary>How many there are at most in each list of a <see cref="TaskSnapshot"/>: at least 1; 100 by default.
    /// The others are counted.</summary>
    public int MaxListed { get; init; } = 100;

    /// <summary>Whether something that begins is to be noted; by default all of the process is.</summary>
    /// <remarks>Called where it begins, with its <see cref="AsyncLocal{T}"/> values, so that it can tell one test or
    /// request from others. Called often, on many threads: it only looks. When it throws, the thing is not
    /// noted.</remarks>
    public Func<bool>? Filter { get; init; }

    /// <summary>Whether a task is taken to do one thing at a time, so that it cannot give back what it holds while it
    /// waits. By default it is not.</summary>
    /// <remarks>
    /// The flow of the code tells whether a wait is inside of a hold, but where a method takes something and returns it
    /// to its caller. Then the hold belongs to the task, and with this its waits are inside of it. But a task that runs
    /// two things at a time, by <see cref="Task.WhenAll(Task[])"/>, may then be shown as waiting for itself.
    /// </remarks>
    public bool TasksAreSequential { get; init; }

    /// <summary>The clock of the ages; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void ThrowIfInvalid(string parameter)
    {
        if (MaxListed < 1)
            throw new ArgumentException($"MaxListed must be at least 1, but was {MaxListed}.", parameter);
        if (TimeProvider is null) throw new ArgumentException("TimeProvider must not be null.", parameter);
    }
}
