using System.Text;
using AsyncKit.IO;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncKit.Tests.IO;

/// <summary>Lines that are longer than they may be: what becomes of them, and of the memory they would take.</summary>
public sealed class Utf8LineReaderOverlongTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void EachPolicy_GivesWhatItsReferenceGives()
    {
        Arbitrary<(RandomText Text, int MaxBytes)> any = Arb.From(
            from text in RandomText.Any.Generator
            from max in Gen.Elements(1, 2, 3, 4, 5, 7, 19, 20, 50)
            select (text, max));
        Config config = Config.QuickThrowOnFailure.WithMaxTest(LongSuite.Count(60, 200)).WithEndSize(40);
        Prop.ForAll(any, given => Task.Run(async () =>
        {
            await HoldsAsync(given.Text, given.MaxBytes);
            return true;
        })).Check(config);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(1000)]
    public async Task Throw_NamesTheLine_AfterThoseBeforeIt(int bufferSize)
    {
        string path = _folder.Write("text", "one\ntwo\nthree\nfour\n");
        await using var reader = new Utf8LineReader(
            path, new LineReadOptions { MaxLineBytes = 4, BufferSize = bufferSize });
        var lines = new List<string>();

        async Task ReadAsync()
        {
            while (await reader.WaitToReadAsync(TestToken))
            {
                while (reader.TryRead(out ReadOnlySpan<byte> line)) lines.Add(Encoding.UTF8.GetString(line));
            }
        }

        string message = (await Assert.ThrowsAsync<InvalidDataException>(ReadAsync)).Message;
        Assert.Equal($"Line 3 of '{path}' is longer than 4 bytes.", message);
        Assert.Equal(["one", "two"], lines);
        Assert.Equal(message, (await Assert.ThrowsAsync<InvalidDataException>(ReadAsync)).Message);
        Assert.Equal(new ReadCheckpoint(8, 2), reader.Checkpoint);
    }

    [Fact]
    public async Task PitfallOfHugeLines_TheMemoryOfAReader_IsBoundedByTheLongestLine()
    {
        const int Max = 100_000;
        int length = LongSuite.Count(20_000_000, 200_000_000);
        foreach (OverlongLine policy in (OverlongLine[])[OverlongLine.Skip, OverlongLine.Truncate, OverlongLine.Split])
        {
            var options = new LineReadOptions { MaxLineBytes = Max, OnOverlong = policy };
            await using var reader = new Utf8LineReader(new LongLineStream(length), options);
            long before = GC.GetAllocatedBytesForCurrentThread();
            long given = 0;
            while (await reader.WaitToReadAsync(TestToken))
            {
                while (reader.TryRead(out ReadOnlySpan<byte> line))
                {
                    Assert.InRange(line.Length, 1, Max);
                    given += line.Length;
                }
            }

            Assert.Equal(policy switch { OverlongLine.Skip => 0, OverlongLine.Truncate => Max, _ => length }, given);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5_000_000);
        }
    }

    private async Task HoldsAsync(RandomText text, int maxBytes)
    {
        string path = _folder.Write("text", text.Bytes);
        List<byte[]> all = ReferenceLines.Of(text.Bytes, text.Options.Breaks);
        foreach (OverlongLine policy in (OverlongLine[])[OverlongLine.Truncate, OverlongLine.Skip, OverlongLine.Split])
        {
            LineReadOptions options = text.Options with { MaxLineBytes = maxBytes, OnOverlong = policy };
            List<string> expected = [.. all.SelectMany((line, index) =>
                Expected(line, maxBytes, policy).Select(piece => $"{index + 1}: {Convert.ToHexString(piece)}"))];
            var lines = new List<string>();
            await using var reader = new Utf8LineReader(path, options);
            while (await reader.WaitToReadAsync())
            {
                while (reader.TryRead(out ReadOnlySpan<byte> line))
                    lines.Add($"{reader.LineNumber}: {Convert.ToHexString(line)}");
            }

            Assert.Equal(expected, lines);
            Assert.Equal(expected.Count, (await LineFaces.StringsAsync(path, options)).Count);
        }
    }

    private static IEnumerable<byte[]> Expected(byte[] line, int maxBytes, OverlongLine policy)
    {
        if (line.Length <= maxBytes)
        {
            yield return line;
            yield break;
        }

        if (policy is OverlongLine.Skip) yield break;
        byte[] rest = line;
        while (rest.Length > maxBytes)
        {
            int end = maxBytes;
            while (end > Math.Max(0, maxBytes - 4) && (rest[end] & 0xC0) is 0x80) end--;
            if (end == Math.Max(0, maxBytes - 4)) end = maxBytes;
            yield return rest[..end];
            if (policy is OverlongLine.Truncate) yield break;
            rest = rest[end..];
        }

        yield return rest;
    }

    private sealed class LongLineStream(int length) : MemoryStream
    {
        private int _left = length;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            int read = Math.Min(_left, buffer.Length);
            buffer.Span[..read].Fill((byte)'a');
            _left -= read;
            return new ValueTask<int>(read);
        }
    }
}
