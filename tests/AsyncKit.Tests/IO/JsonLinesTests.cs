using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using AsyncKit.Concurrency;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public sealed partial class JsonLinesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<JsonLinesOptions> BothWays { get; } =
        new(new JsonLinesOptions(), new JsonLinesOptions { Limit = new ConcurrencyLimit(3) });

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private static JsonTypeInfo<Order> TypeInfo => OrderContext.Default.Order;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task WhatWasWritten_IsReadBack_InOrder(JsonLinesOptions options)
    {
        Order[] orders = [.. Enumerable.Range(0, 5_000).Select(static i => new Order(i, $"größer\n{i}"))];
        string path = _folder.PathOf("orders.jsonl");
        await using (LineWriter writer = LineWriter.CreateAtomic(path))
        {
            Assert.Equal(5_000, await JsonLines.WriteAllAsync(writer, orders.ToAsyncEnumerable(), TypeInfo, TestToken));
            await JsonLines.WriteLineAsync(writer, new Order(-1, "last"), TypeInfo, TestToken);
            await writer.CompleteAsync(TestToken);
        }

        JsonLinesOptions small = options with { Lines = new LineReadOptions { BufferSize = 1000 } };
        List<Order?> read = await JsonLines.ReadAsync(path, TypeInfo, small, TestToken).ToListAsync(TestToken);

        Assert.Equal([.. orders, new Order(-1, "last")], read);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task PitfallOfBadLines_TheFirstEndsTheReading_WithItsNumberAndHowItBegins(JsonLinesOptions options)
    {
        string path =
            _folder.Write("orders.jsonl", "{\"id\":1}\n\n{\"id\":\"x" + new string('y', 300) + "\"}\n{\"id\":3}\n");
        var read = new List<int>();

        var thrown = await Assert.ThrowsAsync<JsonException>(async () =>
        {
            await foreach (Order? order in JsonLines.ReadAsync(path, TypeInfo, options, TestToken)) read.Add(order!.Id);
        });

        Assert.Equal([1], read);
        Assert.StartsWith($"Line 3 of '{path}' is not JSON of Order: ", thrown.Message, StringComparison.Ordinal);
        Assert.EndsWith(
            $"The line begins: {{\"id\":\"x{new string('y', 112)}…", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(2, thrown.LineNumber);
        Assert.Equal("$.id", thrown.Path);
        Assert.IsType<JsonException>(thrown.InnerException);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task BadLines_AreTold_WhereTheyStand_AndLeftOut(JsonLinesOptions options)
    {
        string path = _folder.Write("orders.jsonl", "no\n{\"id\":1}\n{\"id\":\n{\"id\":2}\n[]\n");
        var seen = new List<string>();
        JsonLinesOptions told = options with { OnBadLine = bad => seen.Add($"bad {bad.LineNumber}: {bad.Excerpt}") };

        await foreach (Order? order in JsonLines.ReadAsync(path, TypeInfo, told, TestToken)) seen.Add($"{order!.Id}");

        Assert.Equal(["bad 1: no", "1", "bad 3: {\"id\":", "2", "bad 5: []"], seen);
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task NullsAreValues_AndBlankLinesAreNone(JsonLinesOptions options)
    {
        string path = _folder.Write("orders.jsonl", "null\n \t\r\n\n{\"id\":1}\r\n");

        Assert.Equal(
            [null, new Order(1, null)],
            await JsonLines.ReadAsync(path, TypeInfo, options, TestToken).ToListAsync(TestToken));
    }

    [Theory]
    [MemberData(nameof(BothWays))]
    public async Task Cancellation_EndsTheReading(JsonLinesOptions options)
    {
        string path = _folder.Write("orders.jsonl", string.Concat(Enumerable.Repeat("{\"id\":1}\n", 1_000)));
        using var cancellation = new CancellationTokenSource();
        var count = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Order? _ in JsonLines.ReadAsync(path, TypeInfo, options, cancellation.Token))
            {
                if (++count is 10) await cancellation.CancelAsync();
            }
        });

        Assert.Equal(10, count);
    }

    [Fact]
    public async Task AnIndentedType_IsWrittenAsOneLine()
    {
        var indented = new OrderContext(new JsonSerializerOptions { WriteIndented = true });
        string path = _folder.PathOf("orders.jsonl");
        await using LineWriter writer = LineWriter.Create(path);
        await JsonLines.WriteLineAsync(writer, new Order(1, null), indented.Order, TestToken);
        await writer.CompleteAsync(TestToken);

        Assert.Single(await File.ReadAllLinesAsync(path, TestToken));
    }

    [Fact]
    public void AWrongOption_IsRefusedAtTheCall()
    {
        var options = new JsonLinesOptions { Lines = new LineReadOptions { BufferSize = 0 } };

        Assert.Throws<ArgumentException>(nameof(options), () => { JsonLines.ReadAsync("file", TypeInfo, options); });
        Assert.Throws<ArgumentException>(
            nameof(options), () => { JsonLines.ReadAsync("file", TypeInfo, options with { Lines = null! }); });
    }

    internal sealed record Order(int Id, string? Name);

    [JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
    [JsonSerializable(typeof(Order))]
    internal sealed partial class OrderContext : JsonSerializerContext;
}
