using System.IO.Pipelines;
using System.Text;
using AsyncKit.IO;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Tests.IO;

public sealed class Utf8LineReaderTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    [InlineData("a", new[] { "a" })]
    [InlineData("a\n", new[] { "a" })]
    [InlineData("a\r\n\r\nb", new[] { "a", "", "b" })]
    [InlineData("a\rb\r\r\n", new[] { "a\rb\r" })]
    [InlineData("a\r", new[] { "a\r" })]
    public async Task LinesAreThoseOfTheDefinition(string text, string[] lines)
    {
        string path = _folder.Write("text", text);

        Assert.Equal(lines, await LineFaces.StringsAsync(path));
        Assert.Equal(lines.Length, await TextFile.CountLinesAsync(path, cancellationToken: TestToken));
    }

    [Theory]
    [InlineData("a\r", new[] { "a" })]
    [InlineData("a\r\rb\r\n\nc\r", new[] { "a", "", "b", "", "c" })]
    public async Task ALoneCr_IsABreak_WhenItIsAskedFor(string text, string[] lines) => Assert.Equal(
        lines,
        await LineFaces.StringsAsync(
            _folder.Write("text", text), new LineReadOptions { Breaks = LineBreaks.LfOrCrLfOrCr }));

    [Fact]
    public async Task PitfallOfStreamReaders_WhatIsThere_IsGiven_BeforeTheBufferIsFull()
    {
        var pipe = new Pipe();
        await using var reader = new Utf8LineReader(
            pipe.Reader, new LineReadOptions { Breaks = LineBreaks.LfOrCrLfOrCr });

        await pipe.Writer.WriteAsync("first\nsec"u8.ToArray(), TestToken);
        Assert.Equal("first", await NextAsync(reader));
        ValueTask<string?> next = NextAsync(reader);
        Assert.False(next.IsCompleted);
        await pipe.Writer.WriteAsync("ond\r"u8.ToArray(), TestToken);

        // The carriage return ends the line, whatever comes behind it.
        Assert.Equal("second", await next);
        await pipe.Writer.WriteAsync("\nthird"u8.ToArray(), TestToken);
        await pipe.Writer.CompleteAsync();
        Assert.Equal("third", await NextAsync(reader));
        Assert.Null(await NextAsync(reader));
        Assert.Null(await NextAsync(reader));
        Assert.Equal(3, reader.LineNumber);
    }

    [Theory]
    [InlineData(new byte[] { 0xEF }, "\uFFFD")]
    [InlineData(new byte[] { 0xEF, 0xBB }, "\uFFFD")]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF }, null)]
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF }, "\uFEFF")]
    [InlineData(new byte[] { 0xFF, 0xFE, 0x41, 0x00 }, "A")]
    [InlineData(new byte[] { 0xFF, 0xFE }, null)]
    [InlineData(new byte[] { 0x1F }, "\u001F")]
    public async Task PitfallOfMarks_OneIsRecognized_AlsoByteByByte_AndWhatOnlyBeginsLikeOneIsText(
        byte[] bytes, string? line)
    {
        await using var slow = new Utf8LineReader(new ByteByByteStream(bytes));
        await using var file = new Utf8LineReader(_folder.Write("text", bytes));

        Assert.Equal(line, await NextAsync(slow));
        Assert.Equal(line, await NextAsync(file));
    }

    [Fact]
    public async Task PitfallOfMarks_OneBehindTheStart_IsText()
    {
        string path = _folder.Write("text", "one\n\uFEFFtwo\n");

        Assert.Equal(["one", "\uFEFFtwo"], await LineFaces.StringsAsync(path));
        Assert.Equal(
            ["\uFEFFtwo"], await LineFaces.StringsAsync(path, new LineReadOptions { From = new ReadCheckpoint(4, 1) }));
    }

    [Theory]
    [InlineData(LineBreaks.LfOrCrLf)]
    [InlineData(LineBreaks.LfOrCrLfOrCr)]
    public async Task PitfallOfBorders_ABreakOfTwoBytes_IsOne_WhereverTheBufferEnds(LineBreaks breaks)
    {
        byte[] text = "one\r\n\r\ntwo\r\n"u8.ToArray();
        string path = _folder.Write("text", text);
        for (var size = 1; size <= text.Length; size++)
        {
            var options = new LineReadOptions { BufferSize = size, Breaks = breaks };
            Assert.Equal(["one", "", "two"], await LineFaces.StringsAsync(path, options));
            Assert.Equal(
                ["one", "", "two"],
                LineFaces.ToStrings(await LineFaces.OneByOneAsync(
                    new Utf8LineReader(new ByteByByteStream(text), options))));
        }
    }

    [Fact]
    public async Task AnEncodingWithoutAMark_IsTheOneOfTheOptions()
    {
        string path = _folder.Write("text", Encoding.Latin1.GetBytes("größer\nüber"));

        Assert.Equal(
            ["größer", "über"],
            await LineFaces.StringsAsync(path, new LineReadOptions { Encoding = Encoding.Latin1 }));
    }

    [Fact]
    public async Task ACheckpointOfAnotherText_IsRefused()
    {
        var checkpoint = new ReadCheckpoint(6, 1);

        Assert.Contains("is shorter", await RefusalOfAsync("12345"), StringComparison.Ordinal);
        Assert.Contains("has no line break there", await RefusalOfAsync("1234567"), StringComparison.Ordinal);
        Assert.Equal(["next"], await LineFaces.StringsAsync(
            _folder.Write("text", "12345\nnext"), new LineReadOptions { From = checkpoint }));

        async Task<string> RefusalOfAsync(string text)
        {
            string path = _folder.Write("text", text);
            var refusal = await Assert.ThrowsAsync<InvalidDataException>(
                () => LineFaces.StringsAsync(path, new LineReadOptions { From = checkpoint }));
            Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
            return refusal.Message;
        }
    }

    [Fact]
    public async Task NumbersAndCheckpoints_GoOnWhereTheCheckpointWas()
    {
        string path = _folder.Write("text", "one\ntwo\nthree\n");
        await using var reader = new Utf8LineReader(path, new LineReadOptions { From = new ReadCheckpoint(4, 1) });

        Assert.Equal(1, reader.LineNumber);
        Assert.Equal(new ReadCheckpoint(4, 1), reader.Checkpoint);
        Assert.Equal("two", await NextAsync(reader));
        Assert.Equal(2, reader.LineNumber);
        Assert.Equal(new ReadCheckpoint(8, 2), reader.Checkpoint);
    }

    [Fact]
    public async Task ASecondCallWhileOneRuns_IsRefused_AndDoesNoHarm()
    {
        var pipe = new Pipe();
        await using var reader = new Utf8LineReader(pipe.Reader);
        ValueTask<string?> first = NextAsync(reader);

        Assert.Throws<InvalidOperationException>(() => { _ = reader.WaitToReadAsync(TestToken); });
        await pipe.Writer.WriteAsync("line\n"u8.ToArray(), TestToken);

        Assert.Equal("line", await first);
    }

    [Fact]
    public async Task ADisposedReader_GivesNothing()
    {
        var reader = new Utf8LineReader(new MemoryStream("a\nb\n"u8.ToArray()));
        Assert.Equal("a", await NextAsync(reader));

        await reader.DisposeAsync();
        await reader.DisposeAsync();

        Assert.False(reader.TryRead(out _));
        Assert.False(reader.TryReadBatch(out _));
        Assert.Throws<ObjectDisposedException>(() => { _ = reader.WaitToReadAsync(TestToken); });
    }

    [Fact]
    public async Task AReaderThatIsDisposedWhileItWaits_IsClosedByTheWait()
    {
        var stream = new HangingStream();
        var reader = new Utf8LineReader(stream);
        ValueTask<bool> waiting = reader.WaitToReadAsync(TestToken);

        await reader.DisposeAsync();
        Assert.False(stream.IsDisposed);
        stream.Give([]);

        Assert.False(await waiting);
        await stream.Disposed.WaitAsync(TimeSpan.FromSeconds(10), TestToken);
    }

    [Fact]
    public async Task WhatIsLeftOpen_IsLeftOpen_AndAllElseIsClosed()
    {
        string path = _folder.Write("text", "a\n");
        foreach (bool leaveOpen in (bool[])[true, false])
        {
            var options = new LineReadOptions { LeaveOpen = leaveOpen };
            var stream = new MemoryStream([1]);
            using SafeFileHandle file = File.OpenHandle(path);

            foreach (bool isRead in (bool[])[true, false])
            {
                await using var ofStream = new Utf8LineReader(stream, options);
                await using var ofFile = new Utf8LineReader(file, options);
                if (!isRead) continue;
                Assert.True(await ofStream.WaitToReadAsync(TestToken));
                Assert.True(await ofFile.WaitToReadAsync(TestToken));
                if (!leaveOpen) break;
            }

            Assert.Equal(leaveOpen, stream.CanRead);
            Assert.Equal(leaveOpen, !file.IsClosed);
        }
    }

    [Fact]
    public async Task AFileWithoutALength_IsReadToItsEnd()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The files of /proc are those of Linux.");

        Assert.Contains(
            "Name:", string.Join('\n', await LineFaces.StringsAsync("/proc/self/status")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNoFile_IsRefused_WithItsPath()
    {
        string missing = _folder.PathOf("missing");

        Assert.Contains(
            missing,
            (await Assert.ThrowsAsync<FileNotFoundException>(() => LineFaces.StringsAsync(missing))).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            _folder.FullName,
            (await Assert.ThrowsAsync<UnauthorizedAccessException>(
                () => LineFaces.StringsAsync(_folder.FullName))).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFaultOfAStream_IsTold_AndReadingGoesOnBehindIt()
    {
        var stream = new HangingStream();
        await using var reader = new Utf8LineReader(stream);
        stream.Give("a\nb"u8.ToArray());
        Assert.Equal("a", await NextAsync(reader));
        ValueTask<string?> next = NextAsync(reader);
        stream.Fail(new IOException("broken"));

        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(async () => await next)).Message);
        stream.Give("c\n"u8.ToArray());
        Assert.Equal("bc", await NextAsync(reader));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AFileOfMoreThanAFewBuffers_IsReadWhole(bool readAhead)
    {
        string[] lines = [.. Enumerable.Range(0, 200_000).Select(static i => $"line {i}, größer")];
        string path = _folder.Write("text", string.Join('\n', lines));

        Assert.Equal(lines, await LineFaces.StringsAsync(path, new LineReadOptions { ReadAhead = readAhead }));
        Assert.Equal(
            lines.Length,
            await TextFile.CountLinesAsync(path, new LineReadOptions { ReadAhead = readAhead }, TestToken));
    }

    [Fact]
    public async Task PitfallOfNoWait_AFileSystemThatCannotReadAtOnce_IsReadAllTheSame()
    {
        Assert.SkipUnless(Directory.Exists("/dev/shm"), "It needs a file system in memory.");
        using var folder = new TestFolder("/dev/shm");
        string[] lines = [.. Enumerable.Range(0, 100_000).Select(static i => $"line {i}")];
        string path = folder.Write("text", string.Join('\n', lines));

        Assert.Equal(lines, await LineFaces.StringsAsync(path));
        Assert.Equal(lines, await LineFaces.StringsAsync(path, new LineReadOptions { ReadAhead = false }));
    }

    [Fact]
    public async Task Progress_TellsTheBytes()
    {
        var told = new List<long>();
        string path = _folder.Write("text", new string('a', 10) + "\n");

        await LineFaces.StringsAsync(
            path, new LineReadOptions { BufferSize = 5, ReadAhead = false, Progress = new Told(told) });

        Assert.Equal([5, 10, 11, 11], told);
    }

    private static async ValueTask<string?> NextAsync(Utf8LineReader reader)
    {
        if (!await reader.WaitToReadAsync(TestToken)) return null;
        Assert.True(reader.TryRead(out ReadOnlySpan<byte> line));
        return Encoding.UTF8.GetString(line);
    }

    private sealed class Told(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }
}
