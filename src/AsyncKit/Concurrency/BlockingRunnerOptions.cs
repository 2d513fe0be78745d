namespace AsyncKit.Concurrency;

/// <summary>How a <see cref="BlockingRunner"/> runs.</summary>
public sealed record BlockingRunnerOptions
{
    /// <summary>How many calls run at a time, each on a thread of its own: at least 1; 40 by default.</summary>
    public int MaxThreads { get; init; } = 40;

    /// <summary>How long a thread without a call stays for the next one: from zero to 2,147,483,647 milliseconds (about
    /// 24.8 days), or infinite; 10 seconds by default. Counted by the clock of the system.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Takes the fault of a call that its caller has abandoned; by default it is dropped.</summary>
    /// <remarks>Called on the thread of the runner. What it throws is unhandled.</remarks>
    public Action<Exception>? OnLateFault { get; init; }

    /// <summary>The name in reports and of the threads. By default it has none.</summary>
    public string? Name { get; init; }

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { MaxThreads: < 1 } => $"MaxThreads must be at least 1, but was {MaxThreads}",
            { IdleTimeout.TotalMilliseconds: not (-1 or (>= 0 and <= int.MaxValue)) } =>
                $"IdleTimeout must be from zero to {int.MaxValue} ms, or infinite, but was {IdleTimeout}",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
