using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public sealed class LineWriterTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "lines.txt");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task File_AppearsWholeOnCompletion_AndNotBefore()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.WriteLineAsync("first", TestToken);
        await writer.WriteLineAsync("", TestToken);
        await writer.WriteLineAsync("größer – 😀", TestToken);
        Assert.False(File.Exists(Target));

        await writer.CompleteAsync(TestToken);

        Assert.Equal("first\n\ngrößer – 😀\n", await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
        Assert.Equal((byte)'f', (await File.ReadAllBytesAsync(Target, TestToken))[0]);
    }

    [Fact]
    public async Task TheLongestNameThereIs_IsTaken()
    {
        string target = Path.Combine(_folder.FullName, new string('n', 255));
        await using LineWriter writer = LineWriter.CreateAtomic(target);

        await writer.CompleteAsync(TestToken);

        Assert.True(File.Exists(target));
    }

    [Fact]
    public async Task CompletingWithoutALine_MakesAnEmptyFile()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);

        await writer.CompleteAsync(TestToken);

        Assert.Equal(0, new FileInfo(Target).Length);
    }

    [Fact]
    public async Task DisposedWithoutCompletion_TheOldFileStays_AndNothingElse()
    {
        await File.WriteAllTextAsync(Target, "old", TestToken);
        LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.WriteLineAsync("new", TestToken);

        await writer.DisposeAsync();
        await writer.DisposeAsync();

        Assert.Equal("old", await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task Completion_ReplacesTheOldFile_AndKeepsItsMode()
    {
        await File.WriteAllTextAsync(Target, "old", TestToken);
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Target, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.WriteLineAsync("new", TestToken);

        await writer.CompleteAsync(TestToken);

        Assert.Equal("new\n", await File.ReadAllTextAsync(Target, TestToken));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Target));
    }

    [Fact]
    public async Task ManyLines_AndLinesLargerThanTheBuffer_AreAllThereInOrder()
    {
        string[] lines =
        [
            .. Enumerable.Range(0, 5_000).Select(i => $"line {i} {new string('x', i % 97)}"),
            new string('ä', 200_000),
            "end",
        ];
        await using LineWriter writer = LineWriter.CreateAtomic(Target);

        foreach (string line in lines) await writer.WriteLineAsync(line, TestToken);
        await writer.CompleteAsync(TestToken);

        Assert.Equal(lines, await File.ReadAllLinesAsync(Target, TestToken));
    }

    [Theory]
    [InlineData("two\nlines", "index 3")]
    [InlineData("ends in a return\r", "index 16")]
    public async Task LinesThatWouldNotComeBackAsOne_AreRefused_AndLeaveNoTrace(string line, string where)
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.WriteLineAsync("before", TestToken);

        ArgumentException refused = Assert.Throws<ArgumentException>(
            nameof(line), () => { _ = writer.WriteLineAsync(line, TestToken); });

        Assert.Contains(where, refused.Message, StringComparison.Ordinal);
        await writer.WriteLineAsync("after", TestToken);
        await writer.CompleteAsync(TestToken);
        Assert.Equal("before\nafter\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(65_530)]
    public async Task HalfASurrogatePair_IsRefusedAtTheCall_InsteadOfBeingReplaced(int buffered)
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.WriteLineAsync(new string('x', buffered), TestToken);
        string line = "half " + (char)0xD83D;

        ArgumentException refused = Assert.Throws<ArgumentException>(
            nameof(line), () => { _ = writer.WriteLineAsync(line, TestToken); });

        Assert.Contains("index 5", refused.Message, StringComparison.Ordinal);
        await writer.WriteLineAsync("good", TestToken);
        await writer.CompleteAsync(TestToken);
        Assert.Equal("good", (await File.ReadAllLinesAsync(Target, TestToken))[^1]);
    }

    [Fact]
    public async Task CancelledWrite_HasTakenNothing()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        var cancelled = new CancellationToken(canceled: true);
        await writer.WriteLineAsync("kept", TestToken);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await writer.WriteLineAsync("refused", cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await writer.CompleteAsync(cancelled));

        Assert.False(File.Exists(Target));
        await writer.CompleteAsync(TestToken);
        Assert.Equal("kept\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task AfterCompletion_WritesAndASecondCompletion_AreRefused()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.CompleteAsync(TestToken);

        Assert.Throws<InvalidOperationException>(() => { _ = writer.WriteLineAsync("late", TestToken); });
        Assert.Throws<InvalidOperationException>(() => { _ = writer.CompleteAsync(TestToken); });
    }

    [Fact]
    public async Task AfterDispose_CallsAreRefused()
    {
        LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.DisposeAsync();

        Assert.Throws<ObjectDisposedException>(() => { _ = writer.WriteLineAsync("late", TestToken); });
        Assert.Throws<ObjectDisposedException>(() => { _ = writer.CompleteAsync(TestToken); });
    }

    [Fact]
    public async Task AFailedCompletion_LeavesTheTargetAlone_AndCanBeRepeated()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        await writer.WriteLineAsync("patient", TestToken);
        Directory.CreateDirectory(Target);

        await Assert.ThrowsAnyAsync<Exception>(async () => await writer.CompleteAsync(TestToken));

        Assert.True(Directory.Exists(Target));
        Directory.Delete(Target);
        await writer.CompleteAsync(TestToken);
        Assert.Equal("patient\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public void PathsThatNameNoFile_AreRefused_AndLeaveNothingBehind()
    {
        Assert.Throws<ArgumentException>("path", () => LineWriter.CreateAtomic(""));
        Assert.Throws<ArgumentException>("path", () => LineWriter.CreateAtomic(_folder.FullName));
        Assert.Throws<ArgumentException>("path", () => LineWriter.CreateAtomic(Target + Path.DirectorySeparatorChar));
        Assert.Throws<DirectoryNotFoundException>(
            () => LineWriter.CreateAtomic(Path.Combine(_folder.FullName, "none", "f")));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public async Task TwoWritersOfOneTarget_DoNotMix_AndTheLastToCompleteWins()
    {
        await using LineWriter one = LineWriter.CreateAtomic(Target);
        await using LineWriter two = LineWriter.CreateAtomic(Target);
        await one.WriteLineAsync("one", TestToken);
        await two.WriteLineAsync("two", TestToken);

        await two.CompleteAsync(TestToken);
        await one.CompleteAsync(TestToken);

        Assert.Equal("one\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task CallsAtTheSameTime_AreRefused_AndNothingIsTorn()
    {
        await using LineWriter writer = LineWriter.CreateAtomic(Target);
        var taken = 0;
        var refused = 0;

        await Task.WhenAll(Enumerable.Range(0, 4).Select(producer => Task.Run(async () =>
        {
            for (var i = 0; i < 5_000; i++)
            {
                try
                {
                    await writer.WriteLineAsync($"{producer} {i} {new string('x', 100)}", TestToken);
                    Interlocked.Increment(ref taken);
                }
                catch (InvalidOperationException)
                {
                    Interlocked.Increment(ref refused);
                }
            }
        })));
        await writer.CompleteAsync(TestToken);

        string[] lines = await File.ReadAllLinesAsync(Target, TestToken);
        Assert.Equal(20_000, taken + refused);
        Assert.Equal(taken, lines.Length);
        Assert.All(lines, line => Assert.Equal(100, line.Length - line.IndexOf('x', StringComparison.Ordinal)));
    }
}
