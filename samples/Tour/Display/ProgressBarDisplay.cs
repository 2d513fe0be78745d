using Spectre.Console;
using Tour.Harvesting;

namespace Tour.Display;

/// <summary>A progress bar that redraws itself, for terminals.</summary>
internal sealed class ProgressBarDisplay(IAnsiConsole console) : IHarvestDisplay
{
    public Task ShowWhileAsync(Task harvest, HarvestReport report) => console.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new ElapsedTimeColumn())
        .StartAsync(progress =>
        {
            ProgressTask bar = progress.AddTask("harvesting");
            return Ticker.WhileAsync(harvest, TimeSpan.FromMilliseconds(100), () => Update(bar, report));
        });

    private static void Update(ProgressTask bar, HarvestReport report)
    {
        bar.MaxValue = Math.Max(1, report.Known);
        bar.Value = report.Settled;
        bar.Description = report.ToString();
    }
}
