using System.Runtime.InteropServices;
using System.Threading.RateLimiting;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Http;
using AsyncKit.IO;
using Spectre.Console;
using Tour;
using Tour.Display;
using Tour.Harvesting;
using Tour.Site;

return await new TourCommand().InvokeAsync(args, RunAsync);

static async Task<int> RunAsync(TourOptions options)
{
    using var stop = new CancellationTokenSource();
    using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stop);
    using PosixSignalRegistration terminate = StopOn(PosixSignal.SIGTERM, stop);
    using PosixSignalRegistration hangUp = StopOn(PosixSignal.SIGHUP, stop);

    await using EmbeddedSite? site = options.Url is null
        ? await EmbeddedSite.StartAsync(seed: 1, options.MaxPages, stop.Token)
        : null;
    Uri start = options.Url ?? site!.Root;
    var report = new HarvestReport();
    await using var fetcher = new HttpFetcher(FetcherOptions(isEmbedded: site is not null, report));
    await using RateLimiter? pace = site is null ? OneASecond() : null;
    await using LineWriter? output = TryCreate(options.Output);
    if (output is null) return ExitCode.BadArguments;
    var runner = new BoundedRunner(options.Concurrency);
    IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
    });

    Console.WriteLine($"Harvesting {start}, {options.Concurrency} pages at a time.");
    if (site is not null) Console.WriteLine($"An embedded site that fails as sites do: {site.Plan.Facts}.");
    IHarvestDisplay display =
        Console.IsOutputRedirected ? new PlainDisplay(Console.Out) : new ProgressBarDisplay(console);

    // The embedded site is as large as was asked for, and has a dead link besides.
    int maxPages = site is null ? options.MaxPages : int.MaxValue;
    Task harvest = new Harvest(fetcher, runner, pace, maxPages).RunAsync(start, output, report, stop.Token);
    await display.ShowWhileAsync(harvest, report);

    // Only of our own site: nobody else's is asked for the same pages twice more.
    Comparison? comparison = site is null || report.WasInterrupted
        ? null
        : await CompareAsync(fetcher, runner, report.Pages, stop.Token);
    Summary.Write(console, report, options.Concurrency, comparison);
    Console.WriteLine(
        report.Settled > 0 ? $"A line for each page is in {options.Output.FullName}" : "No file was written.");
    if (report.WasInterrupted) return ExitCode.Interrupted;
    return IsComplete(report, site?.Plan.Facts) ? ExitCode.Complete : ExitCode.Incomplete;
}

static LineWriter? TryCreate(FileInfo file)
{
    try
    {
        return LineWriter.CreateAtomic(file.FullName);
    }
    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
    {
        Console.Error.WriteLine($"'{file}' cannot be written: {e.Message}");
        return null;
    }
}

// The embedded site says what a patient visitor gets. Of another site, some page must have been there.
static bool IsComplete(HarvestReport report, SiteFacts? facts) => facts is null
    ? report.Pages.Count > 0
    : report.Pages.Count == facts.Obtainable
        && report.Failed == facts.AlwaysFailing + facts.NeverAnswering + facts.DeadLinks;

static async Task<Comparison?> CompareAsync(
    HttpFetcher fetcher, BoundedRunner runner, IReadOnlyList<Page> pages, CancellationToken cancellationToken)
{
    Settled<Comparison> comparison = await Settled.CaptureAsync(
        token => Comparison.MeasureAsync(fetcher, runner, pages, token), cancellationToken);
    return comparison.IsCanceled ? null : comparison.Value;
}

// The first signal ends the harvest and keeps what it has; a second one ends the process.
static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) =>
    PosixSignalRegistration.Create(signal, context =>
    {
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    });

static HttpFetcherOptions FetcherOptions(bool isEmbedded, HarvestReport report) => new()
{
    UserAgent = "AsyncKit-Tour/0.1",
    // The embedded site answers within milliseconds or never, and means its faults to be seen soon.
    AttemptTimeout = { Timeout = TimeSpan.FromSeconds(isEmbedded ? 1 : 10) },
    Retry =
    {
        Delay = isEmbedded ? TimeSpan.FromMilliseconds(200) : TimeSpan.FromSeconds(2),
        OnRetry = (_, _) => report.AddRetry(),
    },

    // Of the embedded site each page fails for itself, and not because the site has had enough.
    HostGate = isEmbedded ? null : new HostGateOptions(),
    CircuitBreaker = isEmbedded ? null : new FetchCircuitBreakerOptions(),
};

static TokenBucketRateLimiter OneASecond() => new(new TokenBucketRateLimiterOptions
{
    TokenLimit = 1,
    TokensPerPeriod = 1,
    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
    QueueLimit = int.MaxValue,
});
