using System.IO.Pipelines;
using System.Text;
using AsyncKit.IO;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncKit.Tests.IO;

/// <summary>Each face gives the lines of a simple reference, whatever the text and the buffers.</summary>
public sealed class Utf8LineReaderPropertyTests : IDisposable
{
    private static readonly Encoding[] _encodings =
    [
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), Encoding.Unicode, Encoding.BigEndianUnicode,
        Encoding.UTF32, new UTF32Encoding(bigEndian: true, byteOrderMark: true),
    ];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private string File => Path.Combine(_folder.FullName, "text");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void AllFaces_GiveTheLinesOfTheReference() => Check(async text =>
    {
        byte[] bytes = text.Bytes;
        List<byte[]> expected = ReferenceLines.Of(bytes, text.Options.Breaks);
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        Equal(expected, await LineFaces.OneByOneAsync(new Utf8LineReader(File, text.Options)));
        Equal(expected, await LineFaces.InBatchesAsync(new Utf8LineReader(File, text.Options)));
        Equal(expected, await LineFaces.Utf8Async(File, text.Options));
        Assert.Equal(LineFaces.ToStrings(expected), await LineFaces.StringsAsync(File, text.Options));
        Assert.Equal(expected.Count, await TextFile.CountLinesAsync(File, text.Options));
    });

    [Fact]
    public void Streams_PipesAndHandles_GiveThemToo() => Check(async text =>
    {
        byte[] bytes = text.Bytes;
        List<byte[]> expected = ReferenceLines.Of(bytes, text.Options.Breaks);
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        Equal(expected, await LineFaces.InBatchesAsync(new Utf8LineReader(new MemoryStream(bytes), text.Options)));
        Equal(expected, await LineFaces.OneByOneAsync(
            new Utf8LineReader(PipeReader.Create(new MemoryStream(bytes)), text.Options)));
        Equal(expected, await LineFaces.OneByOneAsync(
            new Utf8LineReader(System.IO.File.OpenHandle(File), text.Options)));
    });

    [Fact]
    public void EachEncoding_GivesThem_ByItsMark() => Check(async text =>
    {
        List<byte[]> expected = ReferenceLines.Of(text.Bytes, text.Options.Breaks);
        foreach (Encoding encoding in _encodings)
        {
            await System.IO.File.WriteAllBytesAsync(
                File, [.. encoding.GetPreamble(), .. encoding.GetBytes(text.Content)]);

            Equal(expected, await LineFaces.OneByOneAsync(new Utf8LineReader(File, text.Options)));
            Assert.Equal(LineFaces.ToStrings(expected), await LineFaces.StringsAsync(File, text.Options));
        }
    });

    [Fact]
    public void ACheckpointBehindAnyLine_GoesOnWithTheNext() => Check(async text =>
    {
        byte[] bytes = text.Bytes;
        List<byte[]> expected = ReferenceLines.Of(bytes, text.Options.Breaks);
        await System.IO.File.WriteAllBytesAsync(File, bytes);
        foreach (ReadCheckpoint checkpoint in await CheckpointsAsync(text.Options))
        {
            LineReadOptions rest = text.Options with { From = checkpoint };
            List<byte[]> left = expected[(int)checkpoint.LineNumber..];

            Equal(left, await RestAsync(new Utf8LineReader(File, rest)));
            Equal(left, await RestAsync(new Utf8LineReader(new MemoryStream(bytes), rest)));
        }
    });

    [Fact]
    public void BytesThatAreNoText_AreReplacedInStrings_AsTheDecoderOfDotNetDoes() => Check(async text =>
    {
        byte[] bytes = text.Bytes;
        var random = new Random(bytes.Length);
        for (var i = 0; i < bytes.Length; i += random.Next(1, 60)) bytes[i] = (byte)random.Next(256);
        await System.IO.File.WriteAllBytesAsync(File, bytes);
        byte[] withoutMark = bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;

        Assert.Equal(
            LineFaces.ToStrings(ReferenceLines.Of(withoutMark, text.Options.Breaks)),
            await LineFaces.StringsAsync(File, text.Options with { Encoding = Encoding.UTF8 }));
    });

    private static void Check(Func<RandomText, Task> property)
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(LongSuite.Count(40, 200)).WithEndSize(60);
        Prop.ForAll(
            RandomText.Any,
            text => Task.Run(async () =>
            {
                await property(text);
                return true;
            })).Check(config);
    }

    private async Task<List<ReadCheckpoint>> CheckpointsAsync(LineReadOptions options)
    {
        await using var reader = new Utf8LineReader(File, options);
        var checkpoints = new List<ReadCheckpoint>();
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out _)) checkpoints.Add(reader.Checkpoint);
        }

        return checkpoints;
    }

    private static async Task<List<byte[]>> RestAsync(Utf8LineReader reader)
    {
        await using Utf8LineReader closing = reader;
        var lines = new List<byte[]>();
        while (await reader.WaitToReadAsync())
        {
            while (reader.TryRead(out ReadOnlySpan<byte> line)) lines.Add(line.ToArray());
        }

        return lines;
    }

    private static void Equal(List<byte[]> expected, List<byte[]> lines) =>
        Assert.Equal(expected.Select(Convert.ToHexString), lines.Select(Convert.ToHexString));
}
