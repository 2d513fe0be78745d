using AsyncKit.Concurrency;
using AsyncKit.IO;

namespace Files.Stories;

/// <summary>Counts the requests of a large log by their status, in three ways.</summary>
internal static class LogAnalyser
{
    private const int Requests = 1_060_000;
    private const string Browser = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

    // Of sixteen requests, how each ends.
    private static readonly int[] _statuses =
        [200, 200, 304, 200, 404, 200, 200, 301, 200, 200, 500, 200, 304, 200, 200, 404];

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string path = folder["access.log"];
        (StatusCounts written, double writing) = await Story.MeasureAsync(() => WriteAsync(path, cancellationToken));
        long length = new FileInfo(path).Length;

        LogReading parts = await BetterOfTwoAsync(CountByPartsAsync);
        LogReading batches = await BetterOfTwoAsync(CountByBatchesAsync);
        LogReading strings = await BetterOfTwoAsync(CountByStringsAsync);

        foreach (LogReading reading in (LogReading[])[parts, batches, strings])
            Story.Requires(reading.Counts.IsSameAs(written), $"Each way counts all, but one found {reading.Counts}.");
        foreach (LogReading reading in (LogReading[])[parts, batches])
        {
            Story.Requires(reading.Progress.CameToTheEnd, $"Progress comes to the end, but was {reading.Progress}.");
            Story.Requires(
                reading.Milliseconds < strings.Milliseconds,
                $"Bytes are read faster than strings, but took {reading.Milliseconds:N0} ms "
                    + $"against {strings.Milliseconds:N0} ms.");
        }

        return
        [
            $"{Requests:N0} requests, {length / 1e6:N0} MB, written in {writing:N0} ms. By status: {written}.",
            $"TextFile.AggregateAsync: {Speed(parts)}, {Ratio(parts)}; {parts.Progress}",
            $"Utf8LineReader, batches: {Speed(batches)}, {Ratio(batches)}; {batches.Progress}",
            $"File.ReadLinesAsync:     {Speed(strings)}",
        ];

        async Task<LogReading> BetterOfTwoAsync(
            Func<string, IProgress<long>, CancellationToken, Task<StatusCounts>> countAsync)
        {
            LogReading first = await ReadAsync(), second = await ReadAsync();
            return second.Milliseconds < first.Milliseconds ? second : first;

            async Task<LogReading> ReadAsync()
            {
                var progress = new Quarters(length);
                (StatusCounts counts, double milliseconds) = await Story.MeasureAsync(
                    () => countAsync(path, progress, cancellationToken));
                return new LogReading(counts, progress, milliseconds);
            }
        }

        string Speed(LogReading reading) =>
            $"{reading.Milliseconds,5:N0} ms, {length / reading.Milliseconds / 1e3,5:N0} MB/s";

        string Ratio(LogReading reading) => $"{strings.Milliseconds / reading.Milliseconds:N1} times as fast";
    }

    // Several parts of the file at a time, each with counts of its own.
    private static Task<StatusCounts> CountByPartsAsync(
        string path, IProgress<long> progress, CancellationToken cancellationToken) =>
        TextFile.AggregateAsync(
            path,
            seed: static () => new StatusCounts(),
            fold: static (ref counts, line) => counts.CountLine(line),
            merge: static (before, after) => before.Add(after),
            new ConcurrencyLimit(Environment.ProcessorCount),
            new LineReadOptions { Progress = progress },
            cancellationToken);

    // One thread counts, while another one reads ahead.
    private static async Task<StatusCounts> CountByBatchesAsync(
        string path, IProgress<long> progress, CancellationToken cancellationToken)
    {
        var counts = new StatusCounts();
        await using var reader = new Utf8LineReader(path, new LineReadOptions { Progress = progress });
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            if (!reader.TryReadBatch(out LineBatch batch)) continue;
            foreach (ReadOnlySpan<byte> line in batch) counts.CountLine(line);
        }

        return counts;
    }

    // What there is without AsyncKit. It tells no progress.
    private static async Task<StatusCounts> CountByStringsAsync(
        string path, IProgress<long> progress, CancellationToken cancellationToken)
    {
        var counts = new StatusCounts();
        await foreach (string line in File.ReadLinesAsync(path, cancellationToken)) counts.CountLine(line);
        return counts;
    }

    // Not flushed to the disk: the log is gone when the story ends.
    private static async Task<StatusCounts> WriteAsync(string path, CancellationToken cancellationToken)
    {
        var counts = new StatusCounts();
        var options = new LineWriterOptions { Durability = FileDurability.None };
        await using LineWriter writer = LineWriter.Create(path, options);
        for (var number = 0; number < Requests; number++)
        {
            int status = _statuses[number % _statuses.Length];
            counts.Count(status);
            await writer.WriteLineAsync(
                $"203.0.113.{number % 251} - - "
                    + $"[26/Nov/2026:10:{number / 60_000 % 60:00}:{number / 1000 % 60:00} +0000] "
                    + $"\"GET /orders/{number} HTTP/1.1\" {status} {number % 9973} "
                    + $"\"https://shop.example/\" \"{Browser}\"",
                cancellationToken);
        }

        await writer.CompleteAsync(cancellationToken);
        return counts;
    }
}
