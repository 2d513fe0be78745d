using System.Globalization;
using AsyncKit.IO;

namespace Tour.Chapters;

/// <summary>Lines written and read near the speed of memory, and a file that is whole or the old one.</summary>
internal static class Files
{
    public static async Task ShowAsync(ChapterRun run)
    {
        await using TemporaryPath folder =
            await AsyncFiles.CreateTempFolderAsync(cancellationToken: run.CancellationToken);
        string path = Path.Combine(folder.Path, "numbers.txt");
        int lines = run.Amount(usual: 1_000_000, inShort: 50_000);
        await ShowLinesAsync(run, path, lines);
        await ShowReplacementAsync(run, path, lines);
        await ShowLogAsync(run, Path.Combine(folder.Path, "events.log"));
    }

    private static async Task ShowLinesAsync(ChapterRun run, string path, int lines)
    {
        run.Say($"{lines:N0} lines, written and read.");
        TimeSpan writing = await ChapterRun.TimeAsync(async () =>
        {
            await using LineWriter writer = LineWriter.Create(path);
            for (var i = 0; i < lines; i++) await writer.WriteLineAsync($"line {i} of {lines}", run.CancellationToken);
            await writer.CompleteAsync(run.CancellationToken);
        });
        var (ours, theirs, counted) = (0L, 0L, 0L);
        TimeSpan framework = await ChapterRun.TimeAsync(async () =>
        {
            await foreach (string line in File.ReadLinesAsync(path, run.CancellationToken)) theirs += line.Length;
        });
        TimeSpan reading = await ChapterRun.TimeAsync(async () =>
        {
            await foreach (string line in TextFile.ReadLinesAsync(path, cancellationToken: run.CancellationToken))
                ours += line.Length;
        });
        TimeSpan counting = await ChapterRun.TimeAsync(async () =>
            counted = await TextFile.CountLinesAsync(path, cancellationToken: run.CancellationToken));
        run.Claim(
            ours == theirs && counted == lines,
            $"Written in {Text(writing)}, read in {Text(reading)}, counted in {Text(counting)}.");
        run.Say($"  File.ReadLinesAsync took {Text(framework)}.");
    }

    private static async Task ShowReplacementAsync(ChapterRun run, string path, int lines)
    {
        run.Say("A file is replaced as a whole, or not at all.");
        try
        {
            await AtomicFile.ReplaceAsync(
                path,
                static async (stream, token) =>
                {
                    await stream.WriteAsync("half of the new"u8.ToArray(), token);
                    throw new IOException("the disk is full");
                },
                cancellationToken: run.CancellationToken);
        }
        catch (IOException e)
        {
            long left = await TextFile.CountLinesAsync(path, cancellationToken: run.CancellationToken);
            string[] others = Directory.GetFiles(Path.GetDirectoryName(path)!);
            run.Claim(
                left == lines && others.Length is 1,
                $"\"{e.Message}\": the old file still has its {left:N0} lines, and no other is left behind.");
        }
    }

    private static async Task ShowLogAsync(ChapterRun run, string path)
    {
        run.Say("A log of many writers, each of whom knows that its line is on the disk.");
        int events = run.Amount(usual: 2_000, inShort: 200);
        await using (AppendLog log = await AppendLog.OpenAsync(path, cancellationToken: run.CancellationToken))
        {
            TimeSpan elapsed = await ChapterRun.TimeAsync(() => Task.WhenAll(Enumerable.Range(0, events).Select(
                i => log.AppendAsync($"event {i}", CommitLevel.Disk, run.CancellationToken).AsTask())));
            run.Say($"  {events:N0} durable lines in {Text(elapsed)}: many share one flush.");
            await log.CompleteAsync(run.CancellationToken);
        }

        string[] last = await TextFile.ReadLastLinesAsync(path, 1, run.CancellationToken);
        run.Claim(
            await TextFile.CountLinesAsync(path, cancellationToken: run.CancellationToken) == events,
            $"All are there; the last is \"{last[0]}\".");
    }

    private static string Text(TimeSpan time) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:N0} ms");
}
