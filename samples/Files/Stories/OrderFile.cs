using System.Text.Json;
using AsyncKit.Concurrency;
using AsyncKit.IO;

namespace Files.Stories;

/// <summary>Writes orders one to a line, with one that is torn among them, and reads back all the others.</summary>
internal static class OrderFile
{
    private const int Orders = 200_000;
    private const int BeforeTorn = 123_456;
    private const string Torn = """{"Id":0,"Customer":"Some""";

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string path = folder["orders.jsonl"];
        Order[] orders = [.. Enumerable.Range(1, Orders).Select(OrderOf)];
        (bool wasThere, double writing) = await Story.MeasureAsync(() => WriteAsync(path, orders, cancellationToken));
        string[] names = folder.Names;

        var bad = new List<BadJsonLine>();
        var tolerant = new JsonLinesOptions
        {
            OnBadLine = bad.Add,
            Limit = new ConcurrencyLimit(Environment.ProcessorCount),
        };
        (List<Order?> read, double reading) =
            await Story.MeasureAsync(() => ReadAsync(path, tolerant, cancellationToken));
        JsonException? refusal = null;
        try
        {
            await ReadAsync(path, new JsonLinesOptions(), cancellationToken);
        }
        catch (JsonException e)
        {
            refusal = e;
        }

        Story.Requires(!wasThere, "Nobody sees the file before it is complete.");
        Story.Requires(names is ["orders.jsonl"], $"Nothing else is left, but there was {string.Join(", ", names)}.");
        Story.Requires(read.SequenceEqual(orders), $"Each order is read back, in order, but {read.Count} were.");
        Story.Requires(
            bad is [{ LineNumber: BeforeTorn + 1, Excerpt: Torn }], $"One line is bad, but {bad.Count} were.");
        Story.Requires(refusal?.LineNumber is BeforeTorn, "Without OnBadLine, the first bad line ends the reading.");
        return
        [
            $"{Orders:N0} orders, {new FileInfo(path).Length / 1e6:N1} MB, flushed to the disk and under their name "
                + $"after {writing:N0} ms.",
            $"Read back in {reading:N0} ms: {read.Count / reading * 1000:N0} orders a second.",
            $"Left out: line {bad[0].LineNumber:N0}, {bad[0].Excerpt}",
            $"Without OnBadLine: the reading ends after line {refusal!.LineNumber:N0}, and says why.",
        ];
    }

    private static Order OrderOf(int id) => new(
        id,
        $"Customer {id % 997}",
        (id % 10_000) + 0.95m,
        DateTimeOffset.UnixEpoch.AddSeconds(id));

    // Tells whether the file was there before it was complete.
    private static async Task<bool> WriteAsync(string path, Order[] orders, CancellationToken cancellationToken)
    {
        await using LineWriter writer = LineWriter.CreateAtomic(path);
        foreach (Order order in orders)
        {
            await JsonLines.WriteLineAsync(writer, order, StoryContext.Default.Order, cancellationToken);
            if (order.Id is BeforeTorn) await writer.WriteLineAsync(Torn, cancellationToken);
        }

        bool wasThere = File.Exists(path);
        await writer.CompleteAsync(cancellationToken);
        return wasThere;
    }

    private static async Task<List<Order?>> ReadAsync(
        string path, JsonLinesOptions options, CancellationToken cancellationToken)
    {
        var orders = new List<Order?>();
        await foreach (Order? order in JsonLines.ReadAsync(
            path, StoryContext.Default.Order, options, cancellationToken))
            orders.Add(order);
        return orders;
    }
}
