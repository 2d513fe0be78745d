using System.Globalization;
using Tour.Harvesting;

namespace Tour.Display;

/// <summary>A line a second, for output that is not a terminal.</summary>
internal sealed class PlainDisplay(TextWriter output) : IHarvestDisplay
{
    public Task ShowWhileAsync(Task harvest, HarvestReport report)
    {
        long started = TimeProvider.System.GetTimestamp();
        return Ticker.WhileAsync(harvest, TimeSpan.FromSeconds(1), () => output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetElapsedTime(started).TotalSeconds,5:0.0} s: {report}")));
    }
}
