using System.Text.Json.Serialization;
using AsyncKit.Concurrency;
using AsyncKit.IO;

namespace AsyncKit.Snippets;

public partial class JsonLinesSnippets
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Values_AreWrittenAndReadBack()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["orders.jsonl"];
        IAsyncEnumerable<Order> orders = new[] { new Order(1, 9.5m), new Order(2, 12m) }.ToAsyncEnumerable();
        decimal total = 0;

        #region json-lines
        await using (LineWriter writer = LineWriter.CreateAtomic(path))
        {
            await JsonLines.WriteAllAsync(writer, orders, OrderContext.Default.Order, cancellationToken);
            await writer.CompleteAsync(cancellationToken);
        }

        await foreach (Order? order in JsonLines.ReadAsync(
            path, OrderContext.Default.Order, cancellationToken: cancellationToken))
        {
            total += order!.Total;
        }
        #endregion

        Assert.Equal(21.5m, total);
    }

    [Fact]
    public async Task BadLines_AreReported()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["orders.jsonl"];
        await File.WriteAllTextAsync(path, "{\"Id\":1,\"Total\":2}\n{\"Id\":\n", cancellationToken);
        var log = new List<string>();

        #region json-lines-bad
        var options = new JsonLinesOptions
        {
            OnBadLine = bad => log.Add($"line {bad.LineNumber} was left out: {bad.Excerpt}"),
            Limit = new ConcurrencyLimit(2), // decoded by two threads, given in order
        };
        List<Order?> orders = await JsonLines
            .ReadAsync(path, OrderContext.Default.Order, options, cancellationToken)
            .ToListAsync(cancellationToken);
        #endregion

        Assert.Equal([new Order(1, 2m)], orders);
        Assert.Equal(["line 2 was left out: {\"Id\":"], log);
    }

    internal sealed record Order(int Id, decimal Total);

    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderContext : JsonSerializerContext;
}
