using System.Globalization;
using AsyncKit.Http;
using Spectre.Console;
using Tour.Harvesting;

namespace Tour.Display;

/// <summary>The tables at the end of the tour.</summary>
internal static class Summary
{
    public static void Write(IAnsiConsole console, HarvestReport report, int concurrency, Comparison? comparison)
    {
        Table runs = new Table().Title(report.WasInterrupted ? "The harvest, ended early" : "The harvest")
            .AddColumns("", "at a time", "pages", "retries", "failed", "wall time", "pages/s");
        foreach (TableColumn column in runs.Columns.Skip(1)) column.RightAligned();
        AddRun(runs, "harvest", concurrency, report.Settled, report.Retries, report.Failed, report.WallTime);
        if (comparison is not null)
        {
            int pages = comparison.Pages;
            AddRun(runs, "sample", comparison.Concurrency, pages, retries: 0, failed: 0, comparison.ManyAtATime);
            AddRun(runs, "the same sample", concurrency: 1, pages, retries: 0, failed: 0, comparison.OneAtATime);
        }

        console.Write(runs);
        if (comparison is not null)
        {
            string speedUp = Invariant($"{comparison.SpeedUp:0.0} times as fast as one at a time");
            console.WriteLine(Invariant($"Fetching the sample {comparison.Concurrency} at a time was {speedUp}."));
        }

        if (report.Failures.Count > 0) WriteFailures(console, report);
    }

    private static void AddRun(
        Table table, string what, int concurrency, int pages, int retries, int failed, TimeSpan wallTime) =>
        table.AddRow(
            what,
            Invariant($"{concurrency}"),
            Invariant($"{pages}"),
            Invariant($"{retries}"),
            Invariant($"{failed}"),
            Invariant($"{wallTime.TotalSeconds:0.00} s"),
            Invariant($"{pages / wallTime.TotalSeconds:0.0}"));

    private static void WriteFailures(IAnsiConsole console, HarvestReport report)
    {
        Table failures = new Table().Title("Pages that failed").AddColumns("page", "attempts", "why");
        foreach ((Uri uri, Exception failure) in report.Failures)
        {
            (int attempts, string why) = failure is FetchException fetch
                ? (fetch.Attempts.Count, Reason(fetch))
                : (1, failure.Message);
            failures.AddRow(Markup.Escape(uri.AbsolutePath), Invariant($"{attempts}"), Markup.Escape(why));
        }

        console.Write(failures);
    }

    private static string Reason(FetchException failure) => failure.Failure is FetchFailure.Status
        ? Invariant($"{(int)failure.StatusCode!} {failure.StatusCode}")
        : failure.Failure.ToString();

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
