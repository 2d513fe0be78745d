using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace AsyncKit.Timing;

/// <summary>The times that a timer of a <see cref="TimeProvider"/> can be set to.</summary>
internal static class TimerRange
{
    /// <summary>The longest that is not infinite: about 49.7 days.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>The range, to stand in a message behind "must be".</summary>
    public static string Text { get; } = $"from zero to {Longest.TotalMilliseconds} ms, or infinite";

    public static bool Has(TimeSpan time) =>
        time == Timeout.InfiniteTimeSpan || (time >= TimeSpan.Zero && time <= Longest);

    /// <summary>Refuses an argument.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative, or too long.</exception>
    public static void ThrowIfOutside(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? parameter = null)
    {
        if (!Has(time)) Throw(time, parameter);
    }

    // Not inlined, so that the check is.
    [DoesNotReturn]
    private static void Throw(TimeSpan time, string? parameter) =>
        throw new ArgumentOutOfRangeException(parameter, time, $"{parameter} must be {Text}, but was {time}.");
}
