using System.IO.Compression;
using System.Text;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public sealed class TextFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<LineReadOptions, string> Wrong { get; } = new()
    {
        { new LineReadOptions { MaxLineBytes = 0 }, "MaxLineBytes must be from 1 to 1073741824, but was 0." },
        { new LineReadOptions { BufferSize = 0 }, "BufferSize must be from 1 to 16777216, but was 0." },
        {
            new LineReadOptions { OnOverlong = (OverlongLine)9 },
            "OnOverlong must be Throw, Truncate, Skip or Split, but was 9."
        },
        { new LineReadOptions { Breaks = (LineBreaks)9 }, "Breaks must be LfOrCrLf or LfOrCrLfOrCr, but was 9." },
        { new LineReadOptions { OnInvalid = (InvalidText)9 }, "OnInvalid must be Replace or Throw, but was 9." },
        {
            new LineReadOptions { Compression = (FileCompression)9 },
            "Compression must be Auto, None, GZip or Brotli, but was 9."
        },
        {
            new LineReadOptions { From = new ReadCheckpoint(-1, 0) }, "From.Offset must not be negative, but was -1."
        },
        {
            new LineReadOptions { From = new ReadCheckpoint(0, -1) },
            "From.LineNumber must not be negative, but was -1."
        },
    };

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void AWrongOption_IsRefusedAtTheCall_ByItsRule(LineReadOptions options, string rule)
    {
        var refused = Assert.Throws<ArgumentException>(
            nameof(options), () => { TextFile.ReadLinesAsync("file", options, TestToken); });

        Assert.StartsWith(rule, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStreamThatCannotBeRead_IsRefused()
    {
        using FileStream stream = File.OpenWrite(_folder.PathOf("file"));

        Assert.Throws<ArgumentException>(nameof(stream), () => new Utf8LineReader(stream));
    }

    [Fact]
    public async Task EachEnumeration_OpensTheFileForItself()
    {
        IAsyncEnumerable<string> lines = TextFile.ReadLinesAsync(_folder.PathOf("text"), cancellationToken: TestToken);
        _folder.Write("text", "one\n");
        Assert.Equal(["one"], await lines.ToListAsync(TestToken));
        _folder.Write("text", "two\n");
        Assert.Equal(["two"], await lines.ToListAsync(TestToken));
    }

    [Theory]
    [InlineData("text", FileCompression.Auto)]
    [InlineData("text.gz", FileCompression.GZip)]
    public async Task PitfallOfGZip_ItIsFoundOut_AlsoOfSeveralMembers(string name, FileCompression compression)
    {
        string[] lines = Lines(100_000);
        string path = _folder.Write(
            name, [.. GZip(Joined(lines[..60_000]) + "\n"), .. GZip(Joined(lines[60_000..]))]);

        Assert.Equal(lines, await LineFaces.StringsAsync(path, new LineReadOptions { Compression = compression }));
    }

    [Fact]
    public async Task GZipThatIsNotWanted_IsGivenAsItIs()
    {
        byte[] bytes = GZip("text");

        List<byte[]> lines = await LineFaces.Utf8Async(
            _folder.Write("text", bytes), new LineReadOptions { Compression = FileCompression.None });

        Assert.Equal(ReferenceLines.Of(bytes), lines);
    }

    [Fact]
    public async Task Brotli_IsKnownByTheName_AndNotTakenForWholeWhenItIsCutOff()
    {
        string[] lines = Lines(100_000);
        byte[] compressed = Brotli(Joined(lines));

        Assert.Equal(lines, await LineFaces.StringsAsync(_folder.Write("text.br", compressed)));
        foreach (int missing in (int[])[1, 9, 1000])
        {
            string cut = _folder.Write("cut.br", compressed[..^missing]);
            string message =
                (await Assert.ThrowsAsync<InvalidDataException>(() => LineFaces.StringsAsync(cut))).Message;
            Assert.Equal($"'{cut}' is cut off: its Brotli has no end.", message);
        }

        await Assert.ThrowsAsync<InvalidDataException>(
            () => LineFaces.StringsAsync(_folder.Write("no.br", "this is no Brotli at all")));
    }

    [Fact]
    public async Task ACompressedStream_IsReadAsTheOptionSays()
    {
        await using var reader = new Utf8LineReader(
            new MemoryStream(GZip("one\ntwo")), new LineReadOptions { Compression = FileCompression.GZip });

        Assert.True(await reader.WaitToReadAsync(TestToken));
        Assert.True(reader.TryRead(out ReadOnlySpan<byte> line));
        Assert.Equal("one", Encoding.UTF8.GetString(line));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(1000)]
    public async Task PitfallOfTruncatedGZip_ItIsNotTakenForTheEnd(int missing)
    {
        string path = _folder.Write("text.gz", GZip(Joined(Lines(10_000)))[..^missing]);

        var cut = await Assert.ThrowsAsync<InvalidDataException>(() => LineFaces.StringsAsync(path));

        Assert.Equal($"'{path}' is cut off: its GZip has no end.", cut.Message);
    }

    [Fact]
    public async Task PitfallOfTruncatedGZip_ItIsSeenWhereverTheFileIsCut()
    {
        byte[] whole = GZip(Joined(Lines(LongSuite.Count(40, 300))));
        for (var length = 2; length < whole.Length; length++)
        {
            string path = _folder.Write("text.gz", whole[..length]);
            await Assert.ThrowsAsync<InvalidDataException>(() => LineFaces.StringsAsync(path));
        }

        Assert.Equal(LongSuite.Count(40, 300), (await LineFaces.StringsAsync(_folder.Write("text.gz", whole))).Count);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(512)]
    [InlineData(100_000)]
    public async Task WhatFollowsAWholeGZip_IsLeftOut(int zeros) => Assert.Equal(
        ["one", "two"], await LineFaces.StringsAsync(
            _folder.Write("text.gz", [.. GZip("one\ntwo"), .. new byte[zeros]])));

    [Fact]
    public async Task AGZipWithAFault_IsRefused_WithItsName()
    {
        byte[] bytes = GZip(Joined(Lines(10_000)));
        for (var i = 100; i < 200; i++) bytes[i] ^= 0x55;
        string path = _folder.Write("text.gz", bytes);

        Assert.Contains(
            path,
            (await Assert.ThrowsAsync<InvalidDataException>(() => LineFaces.StringsAsync(path))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACheckpointInACompressedFile_IsOneInItsText()
    {
        string path = _folder.Write("text.gz", GZip("one\ntwo\nthree"));

        Assert.Equal(
            ["three"], await LineFaces.StringsAsync(path, new LineReadOptions { From = new ReadCheckpoint(8, 2) }));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(1000)]
    public async Task BytesThatAreNoText_AreRefused_WithTheNumberOfTheLine(int bufferSize)
    {
        string path = _folder.Write("text", [.. "größe\nfine\n"u8, 0xC3, (byte)'\n', .. "next\n"u8]);
        var options = new LineReadOptions { OnInvalid = InvalidText.Throw, BufferSize = bufferSize };
        var lines = new List<string>();

        var refused = await Assert.ThrowsAsync<InvalidDataException>(async () =>
        {
            await foreach (string line in TextFile.ReadLinesAsync(path, options, TestToken)) lines.Add(line);
        });

        Assert.Equal($"Line 3 of '{path}' has bytes that are not UTF-8.", refused.Message);
        Assert.Equal(["größe", "fine"], lines);
    }

    [Fact]
    public async Task BytesThatAreNoTextOfAnotherEncoding_AreRefusedToo()
    {
        string path = _folder.Write("text", [0xFF, 0xFE, 0x41, 0x00, 0x00, 0xD8, 0x41, 0x00]);

        await Assert.ThrowsAsync<InvalidDataException>(
            () => LineFaces.StringsAsync(path, new LineReadOptions { OnInvalid = InvalidText.Throw }));
        Assert.Equal(["A\uFFFDA"], await LineFaces.StringsAsync(path));
    }

    [Fact]
    public async Task LongTextsOfAllCharacters_AreDecodedAsDotNetDoes()
    {
        var random = new Random(17);
        for (var round = 0; round < LongSuite.Count(60, 1000); round++)
        {
            byte[] bytes = RandomUtf8(random, isBroken: round % 2 is 1);
            List<string> expected = LineFaces.ToStrings(ReferenceLines.Of(bytes));
            string path = _folder.Write("text", bytes);

            Assert.Equal(expected, await LineFaces.StringsAsync(path, new LineReadOptions
            {
                Encoding =
                Encoding.UTF8
            }));
        }
    }

    private static byte[] RandomUtf8(Random random, bool isBroken)
    {
        var text = new StringBuilder("x");
        int most = random.Next(1, 5);
        for (int left = random.Next(3000); left > 0; left--)
        {
            int character = random.Next(most) switch
            {
                0 => random.Next(0x80),
                1 => random.Next(0x80, 0x800),
                2 => random.Next(0x800, 0xD800),
                _ => random.Next(0x10000, 0x110000),
            };
            text.Append(random.Next(50) is 0 ? "\n" : char.ConvertFromUtf32(character));
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (isBroken) bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return bytes;
    }

    private static string[] Lines(int count) => [.. Enumerable.Range(0, count).Select(static i => $"line {i}, größer")];

    private static string Joined(string[] lines) => string.Join('\n', lines);

    private static byte[] Brotli(string text)
    {
        var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            brotli.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }

    private static byte[] GZip(string text)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionMode.Compress, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }
}
