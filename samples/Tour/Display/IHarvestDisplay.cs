using Tour.Harvesting;

namespace Tour.Display;

/// <summary>Shows a harvest while it runs.</summary>
internal interface IHarvestDisplay
{
    /// <summary>Shows the report, again and again, until the harvest has ended.</summary>
    Task ShowWhileAsync(Task harvest, HarvestReport report);
}
