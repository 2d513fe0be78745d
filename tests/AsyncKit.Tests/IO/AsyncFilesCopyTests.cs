using System.Security.Cryptography;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public sealed class AsyncFilesCopyTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Copy => _folder.PathOf("copy");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(256 * 1024)]
    [InlineData(1_000_003)]
    public async Task TheCopy_HasTheContent_TheMode_AndTheTime(int length)
    {
        var content = new byte[length];
        new Random(length).NextBytes(content);
        string source = _folder.Write("source", content);
        File.SetLastWriteTimeUtc(source, new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc));
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(source, UnixFileMode.UserRead | UnixFileMode.GroupRead);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        long copied = await AsyncFiles.CopyAsync(source, Copy, new FileCopyOptions { Hash = hash }, TestToken);

        Assert.Equal(length, copied);
        Assert.Equal(content, await File.ReadAllBytesAsync(Copy, TestToken));
        Assert.Equal(SHA256.HashData(content), hash.GetHashAndReset());
        Assert.Equal(File.GetLastWriteTimeUtc(source), File.GetLastWriteTimeUtc(Copy));
        if (!OperatingSystem.IsWindows()) Assert.Equal(File.GetUnixFileMode(source), File.GetUnixFileMode(Copy));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName).Length);
    }

    [Fact]
    public async Task AFileThatIsThere_IsReplacedOnlyWhenThatIsAskedFor()
    {
        string source = _folder.Write("source", "new");
        _folder.Write("copy", "old");

        Assert.Contains(
            Copy,
            (await Assert.ThrowsAsync<IOException>(
                async () => await AsyncFiles.CopyAsync(source, Copy, cancellationToken: TestToken))).Message,
            StringComparison.Ordinal);
        Assert.Equal("old", await File.ReadAllTextAsync(Copy, TestToken));
        await AsyncFiles.CopyAsync(source, Copy, new FileCopyOptions { Overwrite = true }, TestToken);

        Assert.Equal("new", await File.ReadAllTextAsync(Copy, TestToken));
    }

    [Fact]
    public async Task AFileThatAppearsMeanwhile_IsNotReplaced()
    {
        string source = _folder.Write("source", new byte[1_000_000]);
        var options = new FileCopyOptions
        {
            Progress = new Told(_ => _folder.Write("copy", "appeared")),
            TimeProvider = new HurriedClock(),
        };

        await Assert.ThrowsAsync<IOException>(async () => await AsyncFiles.CopyAsync(source, Copy, options, TestToken));

        Assert.Equal("appeared", await File.ReadAllTextAsync(Copy, TestToken));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName).Length);
    }

    [Fact]
    public async Task ACopyThatIsCancelled_LeavesNothing()
    {
        string source = _folder.Write("source", new byte[2_000_000]);
        using var cancellation = new CancellationTokenSource();
        var told = new List<FileCopyProgress>();
        void Cancel() => cancellation.Cancel();
        var options = new FileCopyOptions
        {
            TimeProvider = new HurriedClock(),
            Progress = new Told(progress =>
            {
                told.Add(progress);
                if (told.Count is 2) Cancel();
            }),
        };

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await AsyncFiles.CopyAsync(source, Copy, options, cancellation.Token));

        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.Equal(
            [new FileCopyProgress(256 * 1024, 2_000_000), new FileCopyProgress(512 * 1024, 2_000_000)], told);
        Assert.Equal([source], Directory.GetFiles(_folder.FullName));
    }

    [Fact(Timeout = 30_000)]
    public async Task PitfallOfThePool_ACopyThatWaitsForTheSystem_DoesNotHoldItsCallerUp()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes in the file system are those of Unix.");
        string pipe = await NamedPipe.CreateAsync(_folder);

        Task<long> copying = AsyncFiles.CopyAsync(pipe, Copy, cancellationToken: TestToken).AsTask();

        // Nobody has opened its other end, which is what the system waits for. And then it is no file.
        Assert.False(copying.IsCompleted);
        await using var other = new FileStream(pipe, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        await Assert.ThrowsAsync<NotSupportedException>(() => copying);
        Assert.Equal([pipe], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task WhatIsNoFile_IsRefused()
    {
        string source = _folder.Write("source", "text");

        await Assert.ThrowsAsync<FileNotFoundException>(
            async () => await AsyncFiles.CopyAsync(_folder.PathOf("none"), Copy, cancellationToken: TestToken));
        await Assert.ThrowsAsync<IOException>(
            async () => await AsyncFiles.CopyAsync(source, _folder.FullName, cancellationToken: TestToken));
        await Assert.ThrowsAsync<DirectoryNotFoundException>(
            async () => await AsyncFiles.CopyAsync(source, _folder.PathOf("none/copy"), cancellationToken: TestToken));
        Assert.Throws<ArgumentException>("options", () =>
        {
            _ = AsyncFiles.CopyAsync(source, Copy, new FileCopyOptions { Durability = (FileDurability)9 });
        });
    }

    private sealed class Told(Action<FileCopyProgress> tell) : IProgress<FileCopyProgress>
    {
        public void Report(FileCopyProgress value) => tell(value);
    }

    // Each look at it finds a second gone.
    private sealed class HurriedClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
