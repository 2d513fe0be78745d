using System.Numerics;

namespace AsyncKit.Http;

/// <summary>Words the violations of ranges: nothing when there is none.</summary>
internal static class OptionRules
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>A time from the least to a day.</summary>
    public static IEnumerable<string> Range(string name, TimeSpan value, TimeSpan least)
    {
        if (IsTime(value, least)) yield break;
        yield return $"{name} must be from {Text(least)} to 1 day, but was {value}";
    }

    /// <summary>A time from the least to a day, or infinite.</summary>
    public static IEnumerable<string> RangeOrInfinite(string name, TimeSpan value, TimeSpan least)
    {
        if (value == Timeout.InfiniteTimeSpan || IsTime(value, least)) yield break;
        yield return $"{name} must be from {Text(least)} to 1 day, or infinite, but was {value}";
    }

    /// <summary>A number that is not below the least, nor, if there is one, above the most.</summary>
    public static IEnumerable<string> Range<T>(string name, T value, T least, T? most = null)
        where T : struct, INumber<T>
    {
        if (value >= least && !(value > most)) yield break;
        string rule = most is null ? $"at least {least}" : $"from {least} to {most}";
        yield return $"{name} must be {rule}, but was {value}";
    }

    /// <summary>A value that its enumeration has.</summary>
    public static IEnumerable<string> Defined<T>(string name, T value)
        where T : struct, Enum
    {
        if (!Enum.IsDefined(value)) yield return $"{name} must be defined, but was {value}";
    }

    private static bool IsTime(TimeSpan value, TimeSpan least) => value >= least && value <= _day;

    private static string Text(TimeSpan least) => least switch
    {
        { Ticks: 0 } => "0",
        { TotalSeconds: < 1, TotalMilliseconds: var milliseconds } => $"{milliseconds} milliseconds",
        _ => $"{least}",
    };
}
