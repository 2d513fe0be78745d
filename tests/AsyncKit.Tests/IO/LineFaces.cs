using System.Text;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>All lines of a text, as each face of the reader gives them.</summary>
internal static class LineFaces
{
    public static async Task<List<byte[]>> OneByOneAsync(Utf8LineReader reader)
    {
        await using Utf8LineReader closing = reader;
        var lines = new List<byte[]>();
        while (await reader.WaitToReadAsync(TestContext.Current.CancellationToken))
        {
            while (reader.TryRead(out ReadOnlySpan<byte> line))
            {
                lines.Add(line.ToArray());
                Assert.Equal(lines.Count, reader.LineNumber);
            }
        }

        return lines;
    }

    public static async Task<List<byte[]>> InBatchesAsync(Utf8LineReader reader)
    {
        await using Utf8LineReader closing = reader;
        var lines = new List<byte[]>();
        while (await reader.WaitToReadAsync(TestContext.Current.CancellationToken))
        {
            Assert.True(reader.TryReadBatch(out LineBatch batch));
            Assert.Equal(lines.Count + 1, batch.FirstLineNumber);
            var index = 0;
            foreach (ReadOnlySpan<byte> line in batch)
            {
                lines.Add(line.ToArray());
                Assert.True(line.SequenceEqual(batch[index++]));
            }

            Assert.Equal(batch.Count, index);
        }

        return lines;
    }

    public static async Task<List<byte[]>> Utf8Async(string path, LineReadOptions options)
    {
        var lines = new List<byte[]>();
        await foreach (
            ReadOnlyMemory<byte> line in TextFile.ReadUtf8LinesAsync(path, options)) lines.Add(line.ToArray());
        return lines;
    }

    public static async Task<List<string>> StringsAsync(string path, LineReadOptions? options = null)
    {
        var lines = new List<string>();
        await foreach (string line in TextFile.ReadLinesAsync(path, options)) lines.Add(line);
        return lines;
    }

    public static List<string> ToStrings(IEnumerable<byte[]> lines) => [.. lines.Select(Encoding.UTF8.GetString)];
}
