using System.Globalization;

namespace TestingShowcase;

/// <summary>Times as the showcase prints them, the same everywhere.</summary>
internal static class Text
{
    /// <summary>Hours, minutes and seconds; a day has 24 hours.</summary>
    public static string Of(TimeSpan time) => string.Create(
        CultureInfo.InvariantCulture, $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00}");

    public static string InMilliseconds(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");
}
