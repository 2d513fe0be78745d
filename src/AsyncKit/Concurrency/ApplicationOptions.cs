using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>How an application ends that <see cref="EventLoop.RunApplicationAsync(Func{CancellationToken,
/// ValueTask{int}}, ApplicationOptions?)"/> runs.</summary>
public sealed record ApplicationOptions
{
    /// <summary>Background work that is drained when the work of the application has ended. By default there is
    /// none.</summary>
    public BackgroundTasks? Background { get; init; }

    /// <summary>How long background work may take to end before it is cancelled: from zero to 4,294,967,294
    /// milliseconds (about 49.7 days), or infinite; 10 seconds by default.</summary>
    public TimeSpan DrainTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Where faults and what did not end are printed; by default <see cref="Console.Error"/>.</summary>
    public TextWriter? Error { get; init; }

    internal void ThrowIfInvalid(string parameter)
    {
        if (!TimerRange.Has(DrainTimeout))
            throw new ArgumentException($"DrainTimeout must be {TimerRange.Text}, but was {DrainTimeout}.", parameter);
    }
}
