using System.Globalization;
using System.Text;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>Files that are written where they are: new ones, and the ends of others.</summary>
public sealed class LineWriterFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    public static TheoryData<LineWriterOptions, string> Wrong { get; } = new()
    {
        { new LineWriterOptions { NewLine = "\r" }, "NewLine must be \"\\n\" or \"\\r\\n\"." },
        { new LineWriterOptions { BufferSize = 255 }, "BufferSize must be from 256 to 16777216, but was 255." },
        {
            new LineWriterOptions { Durability = (FileDurability)5 },
            "Durability must be None, File or FileAndFolder, but was 5."
        },
    };

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => _folder.PathOf("lines.txt");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void AWrongOption_IsRefused_ByItsRule(LineWriterOptions options, string rule)
    {
        foreach (Func<string, LineWriterOptions, LineWriter> make in
            (Func<string,
                LineWriterOptions, LineWriter>[])[LineWriter.Create, LineWriter.Append, LineWriter.CreateAtomic])
        {
            var refused = Assert.Throws<ArgumentException>(nameof(options), () => make(Target, options));
            Assert.StartsWith(rule, refused.Message, StringComparison.Ordinal);
        }

        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData(FileDurability.None)]
    [InlineData(FileDurability.File)]
    [InlineData(FileDurability.FileAndFolder)]
    public async Task Create_ReplacesWhatWasThere(FileDurability durability)
    {
        _folder.Write("lines.txt", "a longer text that was there before");
        await using LineWriter writer = LineWriter.Create(Target, new LineWriterOptions { Durability = durability });
        await writer.WriteLineAsync("new", TestToken);

        await writer.CompleteAsync(TestToken);

        Assert.Equal("new\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Theory]
    [InlineData(null, "next\n")]
    [InlineData("", "next\n")]
    [InlineData("one\n", "one\nnext\n")]
    [InlineData("torn", "torn\nnext\n")]
    public async Task Append_GoesOnBehindTheLastLine(string? before, string after)
    {
        if (before is not null) _folder.Write("lines.txt", before);
        await using LineWriter writer = LineWriter.Append(Target);
        await writer.WriteLineAsync("next", TestToken);

        await writer.CompleteAsync(TestToken);

        Assert.Equal(after, await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task EachOverload_WritesTheSameLine_AndRefusesTheSame()
    {
        await using LineWriter writer = LineWriter.Create(Target, new LineWriterOptions { NewLine = "\r\n" });
        await writer.WriteLineAsync("größer", TestToken);
        await writer.WriteLineAsync("größer".AsSpan(), TestToken);
        await writer.WriteLineAsync("größer"u8, TestToken);
        await writer.WriteLineAsync($"{"größ"}{'e'}{"r"u8}", TestToken);

        Assert.Throws<ArgumentException>("line", () => { _ = writer.WriteLineAsync("a\nb".AsSpan(), TestToken); });
        Assert.Throws<ArgumentException>("utf8Line", () => { _ = writer.WriteLineAsync("a\rb"u8, TestToken); });
        Assert.Throws<ArgumentException>("line", () => { _ = writer.WriteLineAsync($"a{"\n"}b", TestToken); });
        Assert.Throws<ArgumentNullException>("line", () => { _ = writer.WriteLineAsync((string)null!, TestToken); });
        await writer.CompleteAsync(TestToken);

        Assert.Equal(
            string.Concat(Enumerable.Repeat("größer\r\n", 4)), await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task AnInterpolatedLine_IsFormattedAsStringsAre_ByTheInvariantCulture()
    {
        var moment = new DateTimeOffset(2026, 2, 3, 4, 5, 6, TimeSpan.Zero);
        string longText = new('ä', 1000);
        object? nothing = null;
        CultureInfo.CurrentCulture = new CultureInfo("de-DE");
        await using LineWriter writer = LineWriter.Create(Target);

        await writer.WriteLineAsync(
            $"{1.5}|{-7,6}|{7,-6}|{"ü",3}|{moment:O}|{0.1m:F3}|{nothing}|{new Version(1, 2)}|{longText}|{true}",
            TestToken);
        await writer.CompleteAsync(TestToken);

        Assert.Equal(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{1.5}|{-7,6}|{7,-6}|{"ü",3}|{moment:O}|{0.1m:F3}|{nothing}|{new Version(1, 2)}|{longText}|{true}\n"),
            await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task AHoleThatThrows_LeavesNoTrace()
    {
        await using LineWriter writer = LineWriter.Create(Target);

        Assert.Throws<InvalidOperationException>(
            () => { _ = writer.WriteLineAsync($"half {Throw()} of a line", TestToken); });
        await writer.WriteLineAsync("whole", TestToken);
        await writer.CompleteAsync(TestToken);

        Assert.Equal("whole\n", await File.ReadAllTextAsync(Target, TestToken));

        static int Throw() => throw new InvalidOperationException("no value");
    }

    [Theory]
    [InlineData(256)]
    [InlineData(4096)]
    public async Task RandomLines_ComeBackAsTheyWere(int bufferSize)
    {
        var random = new Random(bufferSize);
        string[] lines = [.. Enumerable.Range(0, LongSuite.Count(3_000, 30_000)).Select(
            _ => new string(
                (char)random.Next('a', 'ÿ'), random.Next(10) is 0 ? random.Next(2_000) : random.Next(100)))];
        await using LineWriter writer = LineWriter.Create(
            Target, new LineWriterOptions { BufferSize = bufferSize, Durability = FileDurability.None });

        for (var i = 0; i < lines.Length; i++)
        {
            ValueTask writing = (i % 3) switch
            {
                0 => writer.WriteLineAsync(lines[i], TestToken),
                1 => writer.WriteLineAsync(Encoding.UTF8.GetBytes(lines[i]), TestToken),
                _ => writer.WriteLineAsync($"{lines[i]}", TestToken),
            };
            await writing;
        }

        await writer.CompleteAsync(TestToken);

        Assert.Equal(lines, await LineFaces.StringsAsync(Target));
    }

    [Theory]
    [InlineData(CommitLevel.Os)]
    [InlineData(CommitLevel.Disk)]
    public async Task Flush_MakesWhatWasTakenVisible(CommitLevel level)
    {
        await using LineWriter writer = LineWriter.Create(Target);
        await writer.WriteLineAsync("first", TestToken);
        await writer.FlushAsync(CommitLevel.Buffered, TestToken);
        Assert.Equal(0, new FileInfo(Target).Length);

        await writer.FlushAsync(level, TestToken);

        Assert.Equal("first\n", ReadShared());
        Assert.Throws<ArgumentOutOfRangeException>(nameof(level), () =>
        {
            _ =
            writer.FlushAsync((CommitLevel)7, TestToken);
        });
    }

    [Fact]
    public async Task DisposedWithoutCompletion_WhatWasTakenIsWritten()
    {
        LineWriter writer = LineWriter.Create(Target);
        await writer.WriteLineAsync("taken", TestToken);

        await writer.DisposeAsync();
        await writer.DisposeAsync();

        Assert.Equal("taken\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task PitfallOfPreallocation_RoomThatWasTakenAhead_IsGivenBack()
    {
        string line = new('x', 999);
        await using LineWriter writer =
            LineWriter.Create(Target, new LineWriterOptions { Durability = FileDurability.None });
        for (var i = 0; i < 5_000; i++) await writer.WriteLineAsync(line, TestToken);
        await writer.FlushAsync(cancellationToken: TestToken);

        // It is no part of the file, also while there is more of it: readers would see zeros.
        Assert.Equal(5_000_000, new FileInfo(Target).Length);
        await writer.CompleteAsync(TestToken);
        Assert.Equal(5_000_000, new FileInfo(Target).Length);
    }

    [Fact]
    public async Task PitfallOfFullDisks_ALineThatCouldNotBeWritten_IsTold_AndNotLost()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "It needs a device that is always full.");
        await using LineWriter writer =
            LineWriter.Create("/dev/full", new LineWriterOptions { Durability = FileDurability.None });
        await writer.WriteLineAsync("line", TestToken);

        for (var i = 0; i < 2; i++)
        {
            var full = await Assert.ThrowsAsync<IOException>(
                async () => await writer.FlushAsync(cancellationToken: TestToken));
            Assert.Contains("/dev/full", full.Message, StringComparison.Ordinal);
        }

        await Assert.ThrowsAsync<IOException>(async () => await writer.CompleteAsync(TestToken));
    }

    [Fact]
    public async Task PitfallOfFsync_AFolderThatCannotBeFlushed_IsNamed_AndNotAskedAgain()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows does not remove a folder with a file that is open.");
        DirectoryInfo folder = Directory.CreateDirectory(_folder.PathOf("folder"));
        await using LineWriter writer = LineWriter.Create(Path.Combine(folder.FullName, "lines.txt"));
        await writer.WriteLineAsync("line", TestToken);
        folder.Delete(recursive: true);

        var first = await Assert.ThrowsAsync<IOException>(async () => await writer.CompleteAsync(TestToken));
        folder.Create();
        var second = await Assert.ThrowsAsync<IOException>(async () => await writer.CompleteAsync(TestToken));
        var third = await Assert.ThrowsAsync<IOException>(
            async () => await writer.FlushAsync(CommitLevel.Disk, TestToken));

        Assert.Contains("the folder could not be flushed", first.Message, StringComparison.Ordinal);
        Assert.EndsWith($" : '{folder.FullName}'", first.InnerException!.Message, StringComparison.Ordinal);
        Assert.Same(first.InnerException, second.InnerException);
        Assert.Same(first.InnerException, third.InnerException);
    }

    [Fact]
    public async Task APipe_IsRefused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes in the file system are those of Unix.");
        string path = await NamedPipe.CreateAsync(_folder);

        Assert.Throws<IOException>(() => LineWriter.Create(path));
    }

    [Fact]
    public async Task PitfallOfSurrogates_APairThatIsNotSplit_IsWritten_WhereverTheBufferEnds()
    {
        for (var length = 200; length < 260; length++)
        {
            string line = new string('x', length) + "😀";
            await using LineWriter writer = LineWriter.Create(
                Target, new LineWriterOptions { BufferSize = 256, Durability = FileDurability.None });
            await writer.WriteLineAsync(line, TestToken);
            await writer.FlushAsync(cancellationToken: TestToken);
            await writer.WriteLineAsync(line, TestToken);
            await writer.CompleteAsync(TestToken);

            Assert.Equal([line, line], await File.ReadAllLinesAsync(Target, TestToken));
        }
    }

    private string ReadShared()
    {
        using var stream = new FileStream(Target, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
