using System.Text;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public sealed class AppendLogTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "app.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = Limit)]
    public async Task Lines_AreThereInTheOrderOfTheCalls_EachWithItsLineBreak()
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        await log.AppendAsync("first", cancellationToken: TestToken);
        await log.AppendAsync("", CommitLevel.Os, TestToken);
        await log.AppendAsync("größer – 😀", CommitLevel.Disk, TestToken);
        await log.AppendAsync("of bytes"u8, cancellationToken: TestToken);
        await log.AppendAsync("of a span".AsSpan(3), cancellationToken: TestToken);

        await log.CompleteAsync(TestToken);

        Assert.Equal(
            "first\n\ngrößer – 😀\nof bytes\na span\n", await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    [Fact(Timeout = Limit)]
    public async Task AppendAsync_GivesTheOffsetOfTheLine_AlsoWhenTheLogIsOpenedAgain()
    {
        await using (AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken))
        {
            Assert.Equal(0, await log.AppendAsync("ä", cancellationToken: TestToken));
            Assert.Equal(3, await log.AppendAsync("second", CommitLevel.Disk, TestToken));
        }

        await using AppendLog again = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        Assert.Equal(10, await again.AppendAsync("third", cancellationToken: TestToken));
        await again.CompleteAsync(TestToken);

        Assert.Equal("ä\nsecond\nthird\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Theory(Timeout = Limit)]
    [InlineData(CommitLevel.Os)]
    [InlineData(CommitLevel.Disk)]
    public async Task ALevelThatIsReached_MeansThatReadersSeeTheLine(CommitLevel level)
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);

        for (var i = 1; i <= 20; i++)
        {
            await log.AppendAsync($"{i}", level, TestToken);
            Assert.Equal(i, (await File.ReadAllLinesAsync(Target, TestToken)).Length);
        }
    }

    [Theory(Timeout = Limit)]
    [InlineData(CommitLevel.Os)]
    [InlineData(CommitLevel.Disk)]
    public async Task ACommit_CoversAllThatWasAppendedBefore(CommitLevel level)
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);

        for (var i = 1; i <= 50; i++)
        {
            for (var line = 0; line < i; line++) await log.AppendAsync($"{line}", cancellationToken: TestToken);
            await log.CommitAsync(level, TestToken);
            Assert.Equal(i * (i + 1) / 2, (await File.ReadAllLinesAsync(Target, TestToken)).Length);
        }

        await log.CommitAsync(level, TestToken);
    }

    [Fact(Timeout = Limit)]
    public async Task ACommit_OfALogWithNothingNew_IsDoneAtOnce()
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        Assert.True(log.CommitAsync(CommitLevel.Os, TestToken).IsCompletedSuccessfully);

        // What an earlier process left may not be on the disk yet.
        await log.CommitAsync(CommitLevel.Disk, TestToken);

        Assert.True(log.CommitAsync(CommitLevel.Disk, TestToken).IsCompletedSuccessfully);
        await log.AppendAsync("new", CommitLevel.Os, TestToken);
        Assert.True(log.CommitAsync(CommitLevel.Buffered, TestToken).IsCompletedSuccessfully);
        await log.CommitAsync(CommitLevel.Disk, TestToken);
    }

    [Theory(Timeout = Limit)]
    [InlineData("two\nlines", "line break, but there is one at index 3")]
    [InlineData("ends in a return\r", "line break, but there is one at index 16")]
    [InlineData("much longer than the limit of this log, which is 32", "longer than 32 bytes, but this one has 5")]
    public async Task LinesThatWouldNotComeBackAsOne_AndLongOnes_AreRefusedAtTheCall(string line, string why)
    {
        await using AppendLog log = await AppendLog.OpenAsync(
            Target, new AppendLogOptions { MaxLineBytes = 32 }, TestToken);
        byte[] bytes = Encoding.UTF8.GetBytes(line);

        ArgumentException ofText = Assert.Throws<ArgumentException>(
            nameof(line), () => { _ = log.AppendAsync(line, CommitLevel.Disk, TestToken); });
        ArgumentException ofBytes = Assert.Throws<ArgumentException>(
            nameof(line), () => { _ = log.AppendAsync(bytes, CommitLevel.Disk, TestToken); });

        Assert.Contains(why, ofText.Message, StringComparison.Ordinal);
        Assert.Contains(why, ofBytes.Message, StringComparison.Ordinal);
        await log.AppendAsync(new string('x', 32), cancellationToken: TestToken);
        await log.CompleteAsync(TestToken);
        Assert.Equal(33, new FileInfo(Target).Length);
    }

    [Theory(Timeout = Limit)]
    [InlineData(5)]
    [InlineData(2_000)]
    public async Task HalfASurrogatePair_IsRefusedAtTheCall_InsteadOfBeingReplaced(int before)
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        string half = new string('x', before) + (char)0xD83D;

        ArgumentException refused = Assert.Throws<ArgumentException>(
            "line", () => { _ = log.AppendAsync(half, cancellationToken: TestToken); });

        Assert.Contains($"index {before}", refused.Message, StringComparison.Ordinal);
        string whole = half + (char)0xDE00;
        await log.AppendAsync(whole, cancellationToken: TestToken);
        await log.CompleteAsync(TestToken);
        Assert.Equal([whole], await File.ReadAllLinesAsync(Target, TestToken));
    }

    [Fact(Timeout = Limit)]
    public async Task WrongArguments_AreRefusedAtTheCall()
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);

        Assert.Throws<ArgumentNullException>(
            "line", () => { _ = log.AppendAsync((string)null!, cancellationToken: TestToken); });
        Assert.Throws<ArgumentOutOfRangeException>(
            "level", () => { _ = log.AppendAsync("line", (CommitLevel)3, TestToken); });
        Assert.Throws<ArgumentOutOfRangeException>(
            "level", () => { _ = log.CommitAsync((CommitLevel)(-1), TestToken); });
        Assert.Throws<ArgumentException>("path", () => { _ = AppendLog.OpenAsync("", cancellationToken: TestToken); });
    }

    [Fact(Timeout = Limit)]
    public async Task PathsThatNameNoFile_AreRefused()
    {
        await Assert.ThrowsAsync<DirectoryNotFoundException>(async () => await AppendLog.OpenAsync(
            Path.Combine(_folder.FullName, "none", "app.log"), cancellationToken: TestToken));
        await Assert.ThrowsAsync<UnauthorizedAccessException>(async () => await AppendLog.OpenAsync(
            _folder.FullName, cancellationToken: TestToken));

        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact(Timeout = Limit)]
    public async Task AfterCompletion_LinesAndCommitsAreRefused_AndASecondCompletionIsDone()
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        await log.AppendAsync("in time", cancellationToken: TestToken);

        await log.CompleteAsync(TestToken);

        await log.CompleteAsync(TestToken);
        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await log.AppendAsync("late", cancellationToken: TestToken));
        Assert.Contains(Target, refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await log.CommitAsync(cancellationToken: TestToken));
        Assert.Equal("in time\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact(Timeout = Limit)]
    public async Task DisposeAsync_WritesWhatWasAppended_AndThenCallsAreRefused()
    {
        AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        for (var i = 0; i < 1_000; i++) await log.AppendAsync($"{i}", cancellationToken: TestToken);

        await log.DisposeAsync();
        await log.DisposeAsync();

        Assert.Equal(
            Enumerable.Range(0, 1_000).Select(i => $"{i}"), await File.ReadAllLinesAsync(Target, TestToken));
        Assert.Throws<ObjectDisposedException>(() => { _ = log.AppendAsync("late", cancellationToken: TestToken); });
        Assert.Throws<ObjectDisposedException>(() => { _ = log.CommitAsync(cancellationToken: TestToken); });
        Assert.Throws<ObjectDisposedException>(() => { _ = log.CompleteAsync(TestToken); });
    }

    [Fact(Timeout = Limit)]
    public async Task ThousandProducers_KeepEachTheOrderOfItsLines()
    {
        const int Producers = 1_000;
        const int Lines = 10;
        await using AppendLog log = await AppendLog.OpenAsync(
            Target, new AppendLogOptions { MaxPendingBytes = 8 * 1024, MaxLineBytes = 100 }, TestToken);

        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
        {
            for (var i = 0; i < Lines; i++)
                await log.AppendAsync($"{producer} {i}", (CommitLevel)((producer + i) % 3), TestToken);
        })));
        await log.CompleteAsync(TestToken);

        var next = new int[Producers];
        foreach (string line in await File.ReadAllLinesAsync(Target, TestToken))
        {
            int[] parts = [.. line.Split(' ').Select(int.Parse)];
            Assert.Equal(next[parts[0]]++, parts[1]);
        }

        Assert.All(next, lines => Assert.Equal(Lines, lines));
    }

    [Fact(Timeout = Limit)]
    public async Task AContinuationThatBlocks_HoldsNobodyUp()
    {
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        using var gate = new ManualResetEventSlim();
        Task blocked = BlockAsync();

        for (var i = 0; i < 100; i++) await log.AppendAsync($"{i}", CommitLevel.Disk, TestToken);

        Assert.False(blocked.IsCompleted);
        gate.Set();
        await blocked;

        async Task BlockAsync()
        {
            await log.AppendAsync("blocks", CommitLevel.Disk, TestToken).ConfigureAwait(false);
            gate.Wait(TestToken);
        }
    }
}
