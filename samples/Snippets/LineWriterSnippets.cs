using System.Text.Json;
using AsyncKit.IO;

namespace AsyncKit.Snippets;

public class LineWriterSnippets
{
    [Fact]
    public async Task TheFile_AppearsWhole()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = folder["orders.jsonl"];
        object[] orders = [new { id = 1, total = 9.5 }, new { id = 2, total = 12 }];
        await File.WriteAllTextAsync(path, "old", cancellationToken);

        #region line-writer
        await using LineWriter writer = LineWriter.CreateAtomic(path);
        foreach (object order in orders)
            await writer.WriteLineAsync(JsonSerializer.Serialize(order), cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        #endregion

        Assert.Equal(
            "{\"id\":1,\"total\":9.5}\n{\"id\":2,\"total\":12}\n",
            await File.ReadAllTextAsync(path, cancellationToken));
        Assert.Equal([path], folder.Files);
    }

    [Fact]
    public async Task LinesAreFormatted_WithoutStrings()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = folder["readings.csv"];
        (DateTimeOffset Time, double Value)[] readings = [(DateTimeOffset.UnixEpoch, 20.5)];

        #region line-writer-append
        await using LineWriter writer = LineWriter.Append(path);
        foreach ((DateTimeOffset time, double value) in readings)
            await writer.WriteLineAsync($"{time:O},{value:F2}", cancellationToken); // straight to UTF-8, invariant
        await writer.FlushAsync(CommitLevel.Disk, cancellationToken);
        await writer.CompleteAsync(cancellationToken);
        #endregion

        Assert.Equal("1970-01-01T00:00:00.0000000+00:00,20.50\n", await File.ReadAllTextAsync(path, cancellationToken));
    }

    [Fact]
    public async Task WithoutCompletion_TheOldFileStays()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = folder["orders.jsonl"];
        await File.WriteAllTextAsync(path, "old", cancellationToken);

        await using (LineWriter writer = LineWriter.CreateAtomic(path))
        {
            await writer.WriteLineAsync("new", cancellationToken);
            await Assert.ThrowsAsync<ArgumentException>(
                async () => await writer.WriteLineAsync("two\nlines", cancellationToken));
        }

        Assert.Equal("old", await File.ReadAllTextAsync(path, cancellationToken));
        Assert.Equal([path], folder.Files);
    }
}
