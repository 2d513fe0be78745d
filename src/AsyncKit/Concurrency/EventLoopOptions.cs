using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>How an <see cref="EventLoop"/> runs.</summary>
public sealed record EventLoopOptions
{
    /// <summary>What becomes of work that is not done when the loop is to end; by default it is cancelled.</summary>
    public EventLoopLeftovers Leftovers { get; init; } = EventLoopLeftovers.Cancel;

    /// <summary>How long the loop waits for such work: from zero to 4,294,967,294 milliseconds (about 49.7 days), or
    /// infinite; 10 seconds by default. With <see cref="EventLoopLeftovers.Drain"/>, before it is cancelled, and once
    /// more after that.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Takes the names of work that has not ended even then. It goes on, and what of it comes back to the loop
    /// goes on in the thread pool.</summary>
    public Action<IReadOnlyList<string>>? OnLeftover { get; init; }

    /// <summary>Takes what callbacks and <c>async void</c> methods throw, on the loop, which goes on.</summary>
    /// <remarks>By default it ends the loop of <see cref="EventLoop.Run(Func{CancellationToken, ValueTask},
    /// EventLoopOptions?, CancellationToken)"/>, and comes out of that call, several faults, or one beside that of the
    /// work, in an <see cref="AggregateException"/>; on a loop with a thread of its own it is unhandled, as on any
    /// thread. What the handler throws is unhandled, too.</remarks>
    public Action<Exception>? OnUnhandled { get; init; }

    /// <summary>How long a step may take before it is reported: more than zero; by default <see langword="null"/>, and
    /// nothing is measured. Python's asyncio says 100 ms.</summary>
    public TimeSpan? SlowCallbackThreshold { get; init; }

    /// <summary>Takes reports of slow steps, on the loop, after the step: to be set with
    /// <see cref="SlowCallbackThreshold"/>. What it throws is unhandled.</summary>
    public Action<SlowCallback>? OnSlowCallback { get; init; }

    /// <summary>The name in reports, and of the thread. By default it has none.</summary>
    public string? Name { get; init; }

    /// <summary>The clock of the limits; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { Leftovers: not (EventLoopLeftovers.Cancel or EventLoopLeftovers.Drain) } =>
                $"Leftovers must be Cancel or Drain, but was {Leftovers}",
            _ when !TimerRange.Has(Grace) => $"Grace must be {TimerRange.Text}, but was {Grace}",
            { SlowCallbackThreshold: { } threshold } when threshold <= TimeSpan.Zero =>
                $"SlowCallbackThreshold must be more than zero, but was {threshold}",
            { SlowCallbackThreshold: not null, OnSlowCallback: null } =>
                "OnSlowCallback must be set to hear of slow callbacks",
            { SlowCallbackThreshold: null, OnSlowCallback: not null } =>
                "SlowCallbackThreshold must be set to find slow callbacks",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
