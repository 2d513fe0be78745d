namespace AsyncKit.Http;

/// <summary>Words the violations of ranges: nothing when there is none.</summary>
internal static class OptionRules
{
    private static readonly TimeSpan _day = TimeSpan.FromDays(1);

    /// <summary>A time from the least to a day.</summary>
    public static IEnumerable<string> Range(string name, TimeSpan value, TimeSpan least)
    {
        if (value >= least && value <= _day) yield break;
        string from = least == TimeSpan.Zero ? "0" : $"{least}";
        yield return $"{name} must be from {from} to 1 day, but was {value}";
    }

    /// <summary>A number that is not below the least, nor, if there is one, above the most.</summary>
    public static IEnumerable<string> Range(string name, double value, double least, double most = double.MaxValue)
    {
        if (value >= least && value <= most) yield break;
        string rule = most is double.MaxValue ? $"at least {least}" : $"from {least} to {most}";
        yield return $"{name} must be {rule}, but was {value}";
    }
}
