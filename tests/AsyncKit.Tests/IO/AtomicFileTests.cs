using System.Text;
using AsyncKit.IO;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Tests.IO;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => _folder.PathOf("target");

    private string Part => _folder.PathOf("target.part");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(FileDurability.None)]
    [InlineData(FileDurability.File)]
    [InlineData(FileDurability.FileAndFolder)]
    public async Task ReplaceAsync_MakesAFile_AndReplacesOne(FileDurability durability)
    {
        var options = new AtomicFileOptions { Durability = durability };

        await AtomicFile.WriteAllTextAsync(Target, "größer", options, TestToken);
        Assert.Equal("größer"u8.ToArray(), await File.ReadAllBytesAsync(Target, TestToken));
        await AtomicFile.ReplaceAsync(Target, WriteAsync, options, TestToken);

        Assert.Equal("new content", await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));

        static async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
        {
            await using var writer = new StreamWriter(stream, new UTF8Encoding(false));
            await writer.WriteAsync("old content".AsMemory(), cancellationToken);
            await writer.FlushAsync(cancellationToken);
            stream.Position = 0;
            await stream.WriteAsync("new"u8.ToArray(), cancellationToken);
        }
    }

    [Fact]
    public async Task ReplaceAsync_TheOldContentIsThere_UntilTheNewOneIsWhole()
    {
        _folder.Write("target", "old");

        await AtomicFile.ReplaceAsync(
            Target,
            async (stream, token) =>
            {
                await stream.WriteAsync(new byte[100_000], token);
                await stream.FlushAsync(token);
                Assert.Equal("old", await File.ReadAllTextAsync(Target, token));
                stream.SetLength(1);
            },
            cancellationToken: TestToken);

        Assert.Equal(1, new FileInfo(Target).Length);
    }

    [Fact]
    public async Task ReplaceAsync_WriterThrows_LeavesTheOldFile_AndNothingElse()
    {
        _folder.Write("target", "old");
        var fault = new InvalidOperationException("broken");

        var thrown = await Assert.ThrowsAsync<InvalidOperationException>(async () => await AtomicFile.ReplaceAsync(
            Target,
            async (stream, token) =>
            {
                await stream.WriteAsync(new byte[100_000], token);
                throw fault;
            },
            cancellationToken: TestToken));

        Assert.Same(fault, thrown);
        await OnlyTheOldFileIsThereAsync();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task PitfallOfWriteAllLines_Cancelled_LeavesTheOldFile_AndNothingElse(bool isBeforeTheCall)
    {
        _folder.Write("target", "old");
        using var cancellation = new CancellationTokenSource();
        if (isBeforeTheCall) await cancellation.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await AtomicFile.ReplaceAsync(
            Target,
            async (stream, token) =>
            {
                Assert.False(isBeforeTheCall);
                await stream.WriteAsync(new byte[10], token);
                await cancellation.CancelAsync();
            },
            cancellationToken: cancellation.Token));

        Assert.Equal(cancellation.Token, thrown.CancellationToken);
        await OnlyTheOldFileIsThereAsync();
    }

    [Fact]
    public async Task ReplaceAsync_TheNameIsThatOfAFolder_LeavesItAlone()
    {
        Directory.CreateDirectory(Target);

        await Assert.ThrowsAnyAsync<Exception>(
            async () => await AtomicFile.WriteAllTextAsync(Target, "text", cancellationToken: TestToken));

        Assert.True(Directory.Exists(Target));
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task ReplaceAsync_AWriteThatComesTooLate_IsRefused()
    {
        Stream? late = null;

        await AtomicFile.ReplaceAsync(
            Target,
            (stream, _) =>
            {
                late = stream;
                stream.Write("text"u8);
                return default;
            },
            cancellationToken: TestToken);

        Assert.False(late!.CanWrite);
        Assert.Throws<ObjectDisposedException>(() => late.Write("late"u8));
        Assert.Throws<NotSupportedException>(() => late.Read([0], 0, 1));
        Assert.Equal("text", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Theory]
    [InlineData(FileDurability.None)]
    [InlineData(FileDurability.FileAndFolder)]
    public async Task PublishAsync_GivesAFileItsName_AndClosesIt(FileDurability durability)
    {
        _folder.Write("target", "old");
        using SafeFileHandle file = CreatePart("new");

        await AtomicFile.PublishAsync(
            file,
            Part,
            Target,
            options: new AtomicFileOptions { Durability = durability },
            cancellationToken: TestToken);

        Assert.True(file.IsClosed);
        Assert.Equal("new", await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public async Task PublishAsync_ThatMustNotReplace_LeavesBothFiles_AndTheHandleOpen()
    {
        _folder.Write("target", "old");
        using SafeFileHandle file = CreatePart("new");

        await Assert.ThrowsAsync<IOException>(async () => await AtomicFile.PublishAsync(
            file, Part, Target, overwrite: false, cancellationToken: TestToken));

        Assert.False(file.IsClosed);
        Assert.Equal("old", await File.ReadAllTextAsync(Target, TestToken));
        Assert.True(File.Exists(Part));
        File.Delete(Target);
        await AtomicFile.PublishAsync(file, Part, Target, overwrite: false, cancellationToken: TestToken);
        Assert.Equal("new", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public async Task PublishAsync_KeepsTheModeOfTheOldFile_AndItsLinkWhenAsked()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are those of Unix.");
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        string real = _folder.Write("real", "old");
        File.SetUnixFileMode(real, Mode);
        File.CreateSymbolicLink(Target, real);
        using SafeFileHandle file = CreatePart("new");

        await AtomicFile.PublishAsync(
            file, Part, Target, options: new AtomicFileOptions { FollowLink = true }, cancellationToken: TestToken);

        Assert.NotNull(new FileInfo(Target).LinkTarget);
        Assert.Equal("new", await File.ReadAllTextAsync(real, TestToken));
        Assert.Equal(Mode, File.GetUnixFileMode(real));
    }

    [Fact]
    public async Task ReplaceAsync_AWriteThatNobodyAwaits_IsInTheFile_OrRefused()
    {
        // Every other one finds the buffer full, so that most of the time there is one at the file.
        var block = new byte[48 * 1024];
        var options = new AtomicFileOptions { Durability = FileDurability.None };
        for (var i = 0; i < LongSuite.Count(20, 60); i++)
        {
            Task<int>? taken = null;

            await AtomicFile.ReplaceAsync(
                Target,
                async (stream, token) =>
                {
                    var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    taken = Task.Run(() => WriteUntilRefused(stream, block, begun), token);
                    await begun.Task;
                },
                options,
                TestToken);

            long length = new FileInfo(Target).Length;
            Assert.Equal((long)await taken! * block.Length, length);
        }
    }

    [Fact]
    public async Task PitfallOfRenames_TheMode_IsKept_OrNot()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Modes are those of Unix.");
        if (OperatingSystem.IsWindows()) return;
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherExecute;
        File.SetUnixFileMode(_folder.Write("target", "old"), Mode);

        await AtomicFile.WriteAllTextAsync(Target, "new", cancellationToken: TestToken);
        Assert.Equal(Mode, File.GetUnixFileMode(Target));
        await AtomicFile.WriteAllTextAsync(Target, "new", new AtomicFileOptions { KeepMode = false }, TestToken);

        Assert.NotEqual(Mode, File.GetUnixFileMode(Target));
    }

    [Fact]
    public async Task PitfallOfRenames_ALink_IsReplaced_OrFollowed()
    {
        await AtomicFile.WriteAllTextAsync(
            _folder.PathOf("none"), "made", new AtomicFileOptions { FollowLink = true }, TestToken);
        Assert.Equal("made", await File.ReadAllTextAsync(_folder.PathOf("none"), TestToken));
        string real = _folder.Write("real", "old");
        File.CreateSymbolicLink(Target, real);

        await AtomicFile.WriteAllTextAsync(Target, "new", new AtomicFileOptions { FollowLink = true }, TestToken);
        Assert.Equal("new", await File.ReadAllTextAsync(real, TestToken));
        Assert.NotNull(new FileInfo(Target).LinkTarget);
        await AtomicFile.WriteAllTextAsync(Target, "newer", cancellationToken: TestToken);

        Assert.Null(new FileInfo(Target).LinkTarget);
        Assert.Equal("new", await File.ReadAllTextAsync(real, TestToken));
        Assert.Equal("newer", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact]
    public void WhatCannotBeWritten_IsRefusedAtTheCall()
    {
        string text = "half " + (char)0xD83D;
        var options = new AtomicFileOptions { Durability = (FileDurability)9 };

        Assert.Contains(
            "index 5",
            Assert.Throws<ArgumentException>(nameof(text), () =>
            {
                _ =
                AtomicFile.WriteAllTextAsync(Target, text);
            }).Message,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Durability must be None, File or FileAndFolder, but was 9.",
            Assert.Throws<ArgumentException>(
                nameof(options), () => { _ = AtomicFile.WriteAllTextAsync(Target, "", options); }).Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(
            "path", () => { _ = AtomicFile.WriteAllTextAsync(Target + Path.DirectorySeparatorChar, ""); });
    }

    [Fact]
    public async Task ManyAtATime_EachReaderSeesOneOfThem_Whole()
    {
        _folder.Write("target", new string('a', 10_000));
        var done = new TaskCompletionSource();
        Task writing = Task.WhenAll(Enumerable.Range(0, 4).Select(async writer =>
        {
            for (var i = 0; i < LongSuite.Count(20, 200); i++)
            {
                await AtomicFile.WriteAllTextAsync(
                    Target,
                    new string((char)('a' + writer), 10_000),
                    new AtomicFileOptions { Durability = FileDurability.None },
                    TestToken);
            }
        }));
        Task reading = Task.Run(async () =>
        {
            while (!done.Task.IsCompleted)
            {
                string text = await File.ReadAllTextAsync(Target, TestToken);
                Assert.Equal(10_000, text.Length);
                Assert.Equal(new string(text[0], 10_000), text);
            }
        }, TestToken);

        await writing;
        done.SetResult();
        await reading;

        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    private static int WriteUntilRefused(Stream stream, byte[] block, TaskCompletionSource begun)
    {
        var taken = 0;
        try
        {
            while (true)
            {
                stream.Write(block);
                if (++taken is 3) begun.SetResult();
            }
        }
        catch (ObjectDisposedException)
        {
            return taken;
        }
    }

    private SafeFileHandle CreatePart(string content)
    {
        SafeFileHandle file = File.OpenHandle(
            Part, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete);
        RandomAccess.Write(file, Encoding.UTF8.GetBytes(content), 0);
        return file;
    }

    private async Task OnlyTheOldFileIsThereAsync()
    {
        Assert.Equal("old", await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }
}
