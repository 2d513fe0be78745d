namespace AsyncKit.IO;

/// <summary>How a file is followed.</summary>
public sealed record FollowOptions
{
    /// <summary>The byte from which on lines are given: zero or more. By default <see langword="null"/>: the end of the
    /// file, as it is when the following begins. A file that is not there yet is given from its start.</summary>
    public long? StartOffset { get; init; }

    /// <summary>How long to wait before the first look after one that found nothing new: from 1 ms to
    /// <see cref="MaxInterval"/>; 10 ms by default. Each further wait is twice as long.</summary>
    public TimeSpan MinInterval { get; init; } = TimeSpan.FromMilliseconds(10);

    /// <summary>The longest wait between two looks: up to a day; one second by default.</summary>
    public TimeSpan MaxInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether events of the file system end a wait early; <see langword="true"/> by default. Where they do
    /// not come, as on network file systems, the looks are enough.</summary>
    public bool UseEvents { get; init; } = true;

    /// <summary>How long a last line without a break is waited for to go on, until it is given as it is: more than
    /// zero, or <see cref="Timeout.InfiniteTimeSpan"/>, the default. What comes behind it then is a line of its
    /// own.</summary>
    public TimeSpan PartialTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>The longest line that is taken, in bytes: from 1 to 1,073,741,824; 16 MiB by default.</summary>
    public int MaxLineBytes { get; init; } = LineReadOptions.Default.MaxLineBytes;

    /// <summary>What becomes of a longer one; by default it ends the following.</summary>
    public OverlongLine OnOverlong { get; init; } = OverlongLine.Throw;

    /// <summary>The clock; by default that of the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal static FollowOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { StartOffset: < 0 } => $"StartOffset must not be negative, but was {StartOffset}",
            { MaxInterval.TotalMilliseconds: not (>= 1 and <= 86_400_000) } =>
                $"MaxInterval must be from 1 ms to a day, but was {MaxInterval}",
            { MinInterval.TotalMilliseconds: < 1 } => $"MinInterval must be at least 1 ms, but was {MinInterval}",
            _ when MinInterval > MaxInterval =>
                $"MinInterval must not be longer than MaxInterval, but was {MinInterval} and {MaxInterval}",
            _ when PartialTimeout <= TimeSpan.Zero && PartialTimeout != Timeout.InfiniteTimeSpan =>
                $"PartialTimeout must be more than zero or infinite, but was {PartialTimeout}",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
        Lines.ThrowIfInvalid(parameter);
    }

    internal LineReadOptions Lines => new() { MaxLineBytes = MaxLineBytes, OnOverlong = OnOverlong };
}
