using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

public sealed class AsyncFilesWalkTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public AsyncFilesWalkTests()
    {
        foreach (
            string path in (string[])["a/b/c/deep.cs", "a/one.cs", "a/one.txt", "obj/x.cs", ".hidden/y.cs", "top.cs"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder.PathOf(path))!);
            _folder.Write(path, path);
        }
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task AllEntries_AreFound_WithWhatIsKnownOfThem()
    {
        List<FileEntry> entries =
            await AsyncFiles.WalkAsync(_folder.FullName, cancellationToken: TestToken).ToListAsync(TestToken);

        Assert.Equal(
            [
                ".hidden",
                    ".hidden/y.cs", "a", "a/b", "a/b/c", "a/b/c/deep.cs", "a/one.cs", "a/one.txt", "obj", "obj/x.cs",
                "top.cs",
            ],
            entries.Select(static entry => entry.RelativePath).Order(StringComparer.Ordinal));
        FileEntry deep = entries.Single(static entry => entry.RelativePath is "a/b/c/deep.cs");
        Assert.Equal(_folder.PathOf("a/b/c/deep.cs"), deep.FullPath);
        Assert.Equal((4, 13L, false, false), (deep.Depth, deep.Length, deep.IsFolder, deep.IsLink));
        Assert.Equal(File.GetLastWriteTimeUtc(deep.FullPath), deep.LastWriteTime.UtcDateTime);
        Assert.True(entries.Single(static entry => entry.RelativePath is "a/b").IsFolder);
    }

    [Theory]
    [InlineData("**/*.cs", ".hidden/y.cs a/b/c/deep.cs a/one.cs obj/x.cs top.cs")]
    [InlineData("*.cs", "top.cs")]
    [InlineData("a/*.cs", "a/one.cs")]
    [InlineData("a/**", "a/b a/b/c a/b/c/deep.cs a/one.cs a/one.txt")]
    [InlineData("**/b/**/*.cs", "a/b/c/deep.cs")]
    [InlineData("**/one.???", "a/one.txt")]
    [InlineData("*/o*", "a/one.cs a/one.txt")]
    public async Task Patterns_AreOfTheWholePath(string pattern, string found) =>
        Assert.Equal(found.Split(' '), await FilesAsync(new WalkOptions { Include = [pattern] }));

    [Fact]
    public async Task WhatIsExcluded_IsNotWalked()
    {
        // It would be an error to read it.
        Directory.CreateSymbolicLink(_folder.PathOf("obj/loop"), _folder.PathOf("obj"));

        Assert.Equal(
            ["a/one.cs", "top.cs"],
            await FilesAsync(new WalkOptions
            {
                Include = ["**/*.cs"],
                Exclude = ["obj", "a/b", "**/y.cs"],
                FollowLinks = true,
            }));
    }

    [Fact]
    public async Task Depth_EndsTheWalk() =>
        Assert.Equal([".hidden", "a", "obj", "top.cs"], await FilesAsync(new WalkOptions { MaxDepth = 1 }));

    [Fact]
    public async Task Links_AreGiven_AndFollowedOnce_WhenThatIsAskedFor()
    {
        Directory.CreateSymbolicLink(_folder.PathOf("a/b/loop"), _folder.PathOf("a"));
        Directory.CreateSymbolicLink(_folder.PathOf("again"), _folder.PathOf("obj"));
        Directory.CreateSymbolicLink(_folder.PathOf("nowhere"), _folder.PathOf("none"));
        Directory.CreateSymbolicLink(_folder.PathOf("itself"), _folder.PathOf("itself"));
        var all = new WalkOptions { Include = ["**/*.cs", "*", "a/b/*"], OnError = static (_, _) => { } };

        string[] given = await FilesAsync(all);
        string[] followed = await FilesAsync(all with { FollowLinks = true });

        Assert.Contains("a/b/loop", given);
        Assert.Contains("nowhere", given);
        Assert.Equal(5, given.Count(static path => path.EndsWith(".cs", StringComparison.Ordinal)));
        Assert.Equal(5, followed.Count(static path => path.EndsWith(".cs", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task AFolderThatVanishes_IsTold_AndTheOthersAreWalked()
    {
        var told = new List<string>();
        var found = new List<string>();
        var options =
            new WalkOptions { OnError = (path, fault) => told.Add($"{Path.GetFileName(path)} {fault.GetType().Name}") };
        for (var i = 0; i < 600; i++) _folder.Write($"file {i}", "");

        await foreach (FileEntry entry in AsyncFiles.WalkAsync(_folder.FullName, options, TestToken))
        {
            if (found.Count is 0) Directory.Delete(_folder.PathOf("a"), recursive: true);
            found.Add(entry.RelativePath);
        }

        Assert.Equal(["a DirectoryNotFoundException"], told);
        Assert.Contains("obj/x.cs", found);
        Assert.DoesNotContain("a/one.cs", found);
    }

    [Fact(Timeout = 30_000)]
    public async Task PitfallOfFolders_AWalkThatIsHeldUp_DoesNotHoldItsCallerUp()
    {
        var isHeldUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var mayGoOn = new ManualResetEventSlim();
        var options = new WalkOptions
        {
            OnError = (_, _) =>
            {
                isHeldUp.SetResult();
                mayGoOn.Wait(TestToken);
            },
        };
        for (var i = 0; i < 600; i++) _folder.Write($"file {i}", "");
        await using IAsyncEnumerator<FileEntry> walk =
            AsyncFiles.WalkAsync(_folder.FullName, options, TestToken).GetAsyncEnumerator(TestToken);
        Assert.True(await walk.MoveNextAsync());
        Directory.Delete(_folder.PathOf("a"), recursive: true);

        Task<bool> next;
        do next = walk.MoveNextAsync().AsTask();
        while (await Task.WhenAny(next, isHeldUp.Task) == next && await next);

        Assert.False(next.IsCompleted);
        mayGoOn.Set();
        Assert.True(await next);
    }

    [Fact]
    public async Task AFolderThatIsNotThere_IsAlwaysAnError()
    {
        await Assert.ThrowsAsync<DirectoryNotFoundException>(() => FilesAsync(
            new WalkOptions { OnError = static (_, _) => Assert.Fail("told") }, _folder.PathOf("none")));
        Assert.Throws<ArgumentException>("options", () =>
        {
            AsyncFiles.WalkAsync("a", new WalkOptions
            {
                MaxDepth =
            0
            });
        });
        Assert.Throws<ArgumentException>("options", () =>
        {
            AsyncFiles.WalkAsync("a", new WalkOptions
            {
                Include =
            [""]
            });
        });
    }

    [Fact]
    public async Task Cancellation_EndsTheWalk()
    {
        using var cancellation = new CancellationTokenSource();
        var count = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (FileEntry _ in AsyncFiles.WalkAsync(_folder.FullName, cancellationToken: cancellation.Token))
            {
                count++;
                await cancellation.CancelAsync();
            }
        });

        Assert.Equal(1, count);
    }

    private async Task<string[]> FilesAsync(WalkOptions options, string? folder = null)
    {
        List<FileEntry> entries =
            await AsyncFiles.WalkAsync(folder ?? _folder.FullName, options, TestToken).ToListAsync(TestToken);
        return [.. entries.Select(static entry => entry.RelativePath).Order(StringComparer.Ordinal)];
    }
}
