using AsyncKit.IO;
using AsyncKit.Testing;

namespace AsyncKit.Tests.IO;

public sealed class AsyncFilesTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ALock_IsOneHoldersAtATime_AndFreeWhenItIsDisposed()
    {
        string path = _folder.PathOf("lock");
        var clock = new ManualTimeProvider();
        FileLock first = await AsyncFiles.LockAsync(path, cancellationToken: TestToken);
        Assert.Equal(path, first.Path);
        Assert.Null(await AsyncFiles.TryLockAsync(path, TestToken));
        Task<FileLock> second = AsyncFiles.LockAsync(path, clock, TestToken).AsTask();
        for (var i = 0; i < 20; i++) await LookAsync(clock);
        Assert.False(second.IsCompleted);

        first.Dispose();
        first.Dispose();

        while (!second.IsCompleted) await LookAsync(clock);
        using FileLock held = await second;
        Assert.Null(await AsyncFiles.TryLockAsync(path, TestToken));
    }

    [Fact]
    public async Task AWaitForALock_ThatIsCancelled_HasTakenNothing()
    {
        string path = _folder.PathOf("lock");
        using var cancellation = new CancellationTokenSource();
        FileLock first = await AsyncFiles.LockAsync(path, cancellationToken: TestToken);
        Task<FileLock> second = AsyncFiles.LockAsync(path, new ManualTimeProvider(), cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        first.Dispose();
        using FileLock? third = await AsyncFiles.TryLockAsync(path, TestToken);
        Assert.NotNull(third);
    }

    [Fact]
    public async Task AFaultOfTheFile_IsNotTakenForALock() => await Assert.ThrowsAsync<DirectoryNotFoundException>(
        async () => await AsyncFiles.TryLockAsync(_folder.PathOf("none/lock"), TestToken));

    [Fact]
    public async Task WhatIsTemporary_IsGoneWithItsHolder()
    {
        TemporaryPath file = await AsyncFiles.CreateTempFileAsync(_folder.FullName, TestToken);
        TemporaryPath folder = await AsyncFiles.CreateTempFolderAsync(_folder.FullName, TestToken);
        await using (TemporaryPath elsewhere = await AsyncFiles.CreateTempFileAsync(cancellationToken: TestToken))
        await using (TemporaryPath folderElsewhere =
            await AsyncFiles.CreateTempFolderAsync(cancellationToken: TestToken))
        {
            Assert.True(File.Exists(elsewhere.Path));
            Assert.True(Directory.Exists(folderElsewhere.Path));
        }

        Assert.Equal(0, new FileInfo(file.Path).Length);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "inside"), "text", TestToken);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file.Path));
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(
                    folder.Path));
        }

        await file.DisposeAsync();
        await file.DisposeAsync();
        await folder.DisposeAsync();
        await folder.DisposeAsync();

        Assert.Empty(Directory.GetFileSystemEntries(_folder.FullName));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(
            async () => await AsyncFiles.CreateTempFolderAsync(_folder.PathOf("none"), TestToken));
    }

    [Fact]
    public async Task OpenAsync_OpensAsTheOptionsSay()
    {
        string path = _folder.Write("file", "text");

        await using FileStream file = await AsyncFiles.OpenAsync(path, new FileStreamOptions(), TestToken);

        using var reader = new StreamReader(file);
        Assert.Equal("text", await reader.ReadToEndAsync(TestToken));
        await Assert.ThrowsAsync<FileNotFoundException>(
            async () => await AsyncFiles.OpenAsync(_folder.PathOf("none"), new FileStreamOptions(), TestToken));
    }

    [Fact]
    public async Task PitfallOfThePool_OpeningAPipeThatNobodyElseOpens_HoldsNobodyUp_AndCanBeCancelled()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes in the file system are those of Unix.");
        string path = await NamedPipe.CreateAsync(_folder);
        using var cancellation = new CancellationTokenSource();
        Task<FileStream> opening = AsyncFiles.OpenAsync(path, new FileStreamOptions(), cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => opening.WaitAsync(TimeSpan.FromSeconds(10), TestToken));

        // Which lets the thread go that is still opening it.
        await using var other = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }

    [Fact]
    public async Task AWatch_TellsWhatHappensAfterItsBeginning()
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await using IAsyncEnumerator<FileChange> changes =
            AsyncFiles.WatchAsync(_folder.FullName, end.Token).GetAsyncEnumerator(TestToken);
        Assert.True(await changes.MoveNextAsync());
        Assert.Equal(new FileChange(FileChangeKind.Rescan, _folder.FullName), changes.Current);

        string path = _folder.Write("file", "text");
        await ComesAsync(new FileChange(FileChangeKind.Created, path));
        File.Move(path, _folder.PathOf("other"));
        await ComesAsync(new FileChange(FileChangeKind.Renamed, _folder.PathOf("other"), path));
        File.Delete(_folder.PathOf("other"));
        await ComesAsync(new FileChange(FileChangeKind.Deleted, _folder.PathOf("other")));

        async Task ComesAsync(FileChange change)
        {
            do Assert.True(await changes.MoveNextAsync());
            while (changes.Current != change);
        }
    }

    [Fact]
    public async Task PitfallOfWatchers_MoreThanCanWait_SaysThatSomethingWasLost()
    {
        await using IAsyncEnumerator<FileChange> changes =
            AsyncFiles.WatchAsync(_folder.FullName, TestToken).GetAsyncEnumerator(TestToken);
        Assert.True(await changes.MoveNextAsync());
        string[] names = [_folder.Write("file", ""), _folder.PathOf("other")];
        for (var i = 0; i < 10_000; i++) File.Move(names[i % 2], names[(i + 1) % 2]);
        string last = _folder.Write("last", "");
        var rescans = 0;
        var isLastTold = false;
        while (rescans is 0 && !isLastTold)
        {
            Assert.True(await changes.MoveNextAsync());
            if (changes.Current.Kind is FileChangeKind.Rescan) rescans++;
            isLastTold |= changes.Current == new FileChange(FileChangeKind.Created, last);
        }

        // Who is told to look again finds it; else nothing was lost.
        Assert.True(rescans > 0 || isLastTold);
    }

    [Fact]
    public async Task AFolderThatIsNotThere_CannotBeWatched()
    {
        await using IAsyncEnumerator<FileChange> changes =
            AsyncFiles.WatchAsync(_folder.PathOf("none"), TestToken).GetAsyncEnumerator(TestToken);

        await Assert.ThrowsAsync<DirectoryNotFoundException>(async () => await changes.MoveNextAsync());
    }

    private static async Task LookAsync(ManualTimeProvider clock)
    {
        await Task.Run(static () => { }, TestToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        await Task.Yield();
    }
}
