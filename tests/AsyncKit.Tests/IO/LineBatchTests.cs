using System.Text;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public class LineBatchTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ABatch_HasTheLinesThatWereNotTaken()
    {
        await using var reader = new Utf8LineReader(new MemoryStream("one\r\ntwo\nthrée\nrest"u8.ToArray()));
        await reader.WaitToReadAsync(TestToken);
        Assert.True(reader.TryRead(out _));

        Assert.True(reader.TryReadBatch(out LineBatch batch));

        Assert.Equal(2, batch.Count);
        Assert.Equal(2, batch.FirstLineNumber);
        Assert.Equal(5, batch.Offset);
        Assert.False(batch.IsAscii);
        Assert.Equal("two", batch.GetString(0));
        Assert.Equal("thrée", batch.GetString(1));
        Assert.Equal(["two", "thrée"], Strings(batch));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.GetString(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => batch.GetString(-1));
        Assert.False(reader.TryReadBatch(out LineBatch empty));
        Assert.Equal(0, empty.Count);
        Assert.Empty(Strings(empty));
    }

    [Fact]
    public async Task TheLastLineWithoutABreak_IsABatch_WithAllThatItHas()
    {
        await using var reader = new Utf8LineReader(new MemoryStream("first\nrest\r"u8.ToArray()));
        await reader.WaitToReadAsync(TestToken);
        reader.TryReadBatch(out _);

        await reader.WaitToReadAsync(TestToken);
        Assert.True(reader.TryReadBatch(out LineBatch batch));

        Assert.Equal(["rest\r"], Strings(batch));
        Assert.Equal("rest\r", batch.GetString(0));
        Assert.Equal(6, batch.Offset);
    }

    [Fact]
    public async Task ABatchThatIsUsedTooLate_SaysSo_AndADetachedOneStays()
    {
        await using var reader = new Utf8LineReader(
            new MemoryStream("one\ntwo\nthree\nfour\n"u8.ToArray()), new LineReadOptions { BufferSize = 9 });
        await reader.WaitToReadAsync(TestToken);
        reader.TryRead(out _);
        reader.TryReadBatch(out LineBatch batch);
        LineBatch kept = batch.Detach();

        await reader.WaitToReadAsync(TestToken);

        Assert.Throws<InvalidOperationException>(() => batch.GetString(0));
        Assert.Throws<InvalidOperationException>(() => { batch.GetEnumerator(); });
        Assert.Throws<InvalidOperationException>(() => batch.Detach());
        Assert.Throws<InvalidOperationException>(() => batch.IsAscii);
        Assert.Equal(["two"], Strings(kept));
        Assert.Equal(2, kept.FirstLineNumber);
        Assert.Equal(4, kept.Offset);
    }

    [Fact]
    public void AnEmptyBatch_HasNothing()
    {
        LineBatch empty = default;

        Assert.Equal(0, empty.Detach().Count);
        Assert.True(empty.IsAscii);
        Assert.Throws<ArgumentOutOfRangeException>(() => empty.GetString(0));
    }

    private static List<string> Strings(LineBatch batch)
    {
        var lines = new List<string>();
        foreach (ReadOnlySpan<byte> line in batch) lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }
}
