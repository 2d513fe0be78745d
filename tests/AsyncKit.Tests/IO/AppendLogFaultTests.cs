using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>Disks that are full, files that cannot be rolled: who hears of it, and what stands.</summary>
public sealed class AppendLogFaultTests : IDisposable
{
    private const int Limit = 30_000;
    private const string FullDisk = "/dev/full";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "app.log");

    public void Dispose()
    {
        if (_folder.Exists) _folder.Delete(recursive: true);
    }

    [Theory(Timeout = Limit)]
    [InlineData(CommitLevel.Os)]
    [InlineData(CommitLevel.Disk)]
    public async Task PitfallOfFullDisks_ANoSpaceError_FailsTheLine_AndTheLogForGood(CommitLevel level)
    {
        await using AppendLog log = await AppendLog.OpenAsync(FullDisk, cancellationToken: TestToken);
        Assert.Null(log.Fault);

        IOException failed = await Assert.ThrowsAsync<IOException>(
            async () => await log.AppendAsync("no room", level, TestToken));

        Assert.Contains(FullDisk, failed.Message, StringComparison.Ordinal);
        Assert.NotNull(log.Fault);
        Assert.Same(log.Fault, failed.InnerException);
        await AssertFailedAsync(log, log.Fault);
    }

    [Fact(Timeout = Limit)]
    public async Task ABufferedLineThatIsLost_IsReportedByCompletion_NotInSilence()
    {
        AppendLog log = await AppendLog.OpenAsync(FullDisk, cancellationToken: TestToken);
        await log.AppendAsync("lost", cancellationToken: TestToken);

        await Assert.ThrowsAsync<IOException>(async () => await log.CompleteAsync(TestToken));

        Assert.NotNull(log.Fault);
        await Assert.ThrowsAsync<IOException>(async () => await log.CompleteAsync(TestToken));
        await log.DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task AFault_ReachesEveryoneWhoWaits_AndDisposeDoesNotThrow()
    {
        AppendLog log = await AppendLog.OpenAsync(
            FullDisk, new AppendLogOptions { MaxPendingBytes = 4096, MaxLineBytes = 1_000 }, TestToken);
        var line = new string('x', 1_000);

        Task[] waits =
        [
            .. Enumerable.Range(0, 200).Select(i => i % 3 is 2
                ? log.CommitAsync(CommitLevel.Disk, TestToken).AsTask()
                : log.AppendAsync(line, (CommitLevel)(1 + (i % 2)), TestToken).AsTask()),
        ];

        foreach (Task wait in waits) await Assert.ThrowsAsync<IOException>(() => wait);
        await log.DisposeAsync();
        Assert.NotNull(log.Fault);
    }

    [Fact(Timeout = Limit)]
    public async Task ASharedLog_FailsInTheSameWay()
    {
        if (OperatingSystem.IsWindows()) return;
        await using AppendLog log = await AppendLog.OpenAsync(
            FullDisk, new AppendLogOptions { SharedAppend = true }, TestToken);

        IOException failed = await Assert.ThrowsAsync<IOException>(
            async () => await log.AppendAsync("no room", CommitLevel.Os, TestToken));

        Assert.Contains(FullDisk, failed.Message, StringComparison.Ordinal);
        await AssertFailedAsync(log, failed.InnerException!);
    }

    [Fact(Timeout = Limit)]
    public async Task PitfallOfFsync_AFlushThatFails_IsNeverTriedAgain_AndEarlierResultsStand()
    {
        if (OperatingSystem.IsWindows()) return;
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        Assert.Equal(0, await log.AppendAsync("written", CommitLevel.Os, TestToken));
        Task<long> unaware = log.AppendAsync("written too", CommitLevel.Os, TestToken).AsTask();
        await unaware;

        // The name of the file is flushed with it, and the folder that has it is away.
        _folder.Delete(recursive: true);
        await Assert.ThrowsAsync<IOException>(async () => await log.CommitAsync(CommitLevel.Disk, TestToken));
        _folder.Create();

        Assert.True(unaware.IsCompletedSuccessfully);
        await AssertFailedAsync(log, log.Fault!);
    }

    [Fact(Timeout = Limit)]
    public async Task AFileThatCannotBeRolled_FailsTheLog_AndEarlierResultsStand()
    {
        await using AppendLog log = await AppendLog.OpenAsync(
            Target, new AppendLogOptions { Roll = new AppendLogRoll { MaxFileBytes = 12 } }, TestToken);
        Task<long> early = log.AppendAsync("early", CommitLevel.Disk, TestToken).AsTask();
        await early;
        _folder.Delete(recursive: true);

        await Assert.ThrowsAsync<IOException>(async () => await log.AppendAsync("too long", CommitLevel.Os, TestToken));

        Assert.Equal(0, await early);
        await AssertFailedAsync(log, log.Fault!);
    }

    private static async Task AssertFailedAsync(AppendLog log, Exception cause)
    {
        foreach (CommitLevel level in Enum.GetValues<CommitLevel>())
        {
            IOException ofLine = await Assert.ThrowsAsync<IOException>(
                async () => await log.AppendAsync("later", level, TestToken));
            IOException ofCommit = await Assert.ThrowsAsync<IOException>(
                async () => await log.CommitAsync(level, TestToken));
            Assert.Same(cause, ofLine.InnerException);
            Assert.Same(cause, ofCommit.InnerException);
            Assert.Contains(log.Path, ofLine.Message, StringComparison.Ordinal);
        }

        IOException ofCompletion = await Assert.ThrowsAsync<IOException>(
            async () => await log.CompleteAsync(TestToken));
        Assert.Same(cause, ofCompletion.InnerException);
        Assert.Same(cause, log.Fault);
    }
}
