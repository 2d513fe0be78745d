namespace Tour.Chapters;

/// <summary>The chapters, in the order in which to read them.</summary>
internal static class Contents
{
    public static IReadOnlyList<Chapter> Chapters { get; } =
    [
        new("coroutines", "when methods that wait begin, and end", "coroutines", Coroutines.ShowAsync),
        new("event-loop", "one step at a time, and what is left in the end", "event-loops", EventLoops.ShowAsync),
        new("tasks", "groups, races, and one flight for all", "tasks-and-futures", Tasks.ShowAsync),
        new("synchronization", "what is shared and stays whole", "synchronization", Synchronization.ShowAsync),
        new("concurrency", "waiting and computing", "concurrency-vs-parallelism", Concurrency.ShowAsync),
        new("network", "a site that fails, asked by a bare client and by the fetcher", "network", Network.ShowAsync),
        new("files", "lines near the speed of memory, and files that are whole", "file-io", Files.ShowAsync),
        new("scraping", "a polite crawl that goes on where it was ended", "web-scraping", Scraping.ShowAsync),
        new("blocking", "calls that block, and who waits for them", "avoiding-blocking-calls", Blocking.ShowAsync),
        new("errors", "limits that stop what they limit, and every fault once", "error-handling", Errors.ShowAsync),
        new("testing", "an hour in a moment, and the schedule that breaks it", "testing", Testing.ShowAsync),
    ];
}
