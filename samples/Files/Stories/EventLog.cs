using AsyncKit.IO;

namespace Files.Stories;

/// <summary>Events that are on the disk before anybody acts on them: a flush for each, and flushes that are shared.
/// </summary>
internal static class EventLog
{
    private const int Alone = 100;
    private const int Producers = 128;
    private const int EventsOfAProducer = 40;

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string path = folder["events.log"];
        double alone;
        double shared;
        await using (AppendLog log = await AppendLog.OpenAsync(path, cancellationToken: cancellationToken))
        {
            (_, alone) = await Story.MeasureAsync(async () =>
            {
                for (var i =
                    0; i < Alone; i++) await log.AppendAsync($"alone {i}", CommitLevel.Disk, cancellationToken);
                return true;
            });
            (_, shared) = await Story.MeasureAsync(async () =>
            {
                await Task.WhenAll(Enumerable.Range(0, Producers).Select(async producer =>
                {
                    for (var i = 0; i < EventsOfAProducer; i++)
                        await log.AppendAsync($"{producer} {i}", CommitLevel.Disk, cancellationToken);
                }));
                return true;
            });
            await log.CompleteAsync(cancellationToken);
        }

        long count = await TextFile.CountLinesAsync(path, cancellationToken: cancellationToken);
        Story.Requires(count is Alone + Producers * EventsOfAProducer, $"Each event is there, but {count} are.");
        double perSecond = Producers * EventsOfAProducer / shared * 1000;
        return
        [
            $"One after the other: {Alone / alone * 1000:N0} events a second, each on the disk before the next.",
            $"{Producers} at a time:     {perSecond:N0} a second, {perSecond * alone / Alone / 1000:N0} times as many.",
        ];
    }
}
