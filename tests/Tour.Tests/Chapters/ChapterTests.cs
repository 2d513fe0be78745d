namespace Tour.Tests.Chapters;

public class ChapterTests
{
    private static readonly string[] _chapters =
    [
        "coroutines",
        "event-loop",
        "tasks",
        "synchronization",
        "concurrency",
        "network",
        "files",
        "scraping",
        "blocking",
        "errors",
        "testing",
    ];

    [Fact(Timeout = 60_000)]
    public async Task TheList_HasEveryChapter()
    {
        TourRun list = await TourRun.StartAsync("list");

        Assert.Equal(0, list.ExitCode);
        Assert.Equal(
            _chapters,
            list.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => line.Split(' ')[0]));
    }

    // Beside each other: most of them wait.
    [Fact(Timeout = 180_000)]
    public async Task EveryChapter_ShowsWhatItSays_InItsShortForm()
    {
        TourRun[] runs = await Task.WhenAll(
            _chapters.Select(static chapter => TourRun.StartAsync(chapter, "--short")));

        Assert.All(runs, static run => Assert.True(
            run.ExitCode is 0 && run.Output.Count(static c => c is '\n') >= 3,
            $"'{run.Arguments}' ended with {run.ExitCode} and printed:\n{run.Output}"));
    }

    [Fact(Timeout = 60_000)]
    public async Task AChapterThatIsNotThere_IsABadArgument()
    {
        TourRun run = await TourRun.StartAsync("poetry");

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("poetry", run.Output, StringComparison.Ordinal);
    }
}
