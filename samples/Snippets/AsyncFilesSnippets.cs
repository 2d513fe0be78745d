using System.Security.Cryptography;
using AsyncKit.Concurrency;
using AsyncKit.IO;
using AsyncKit.Synchronization;
using AsyncKit.Timing;

namespace AsyncKit.Snippets;

public class AsyncFilesSnippets
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AFolder_IsWalked_AndItsFilesCopied()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        await File.WriteAllTextAsync(folder["a.cs"], "class A;", cancellationToken);
        await File.WriteAllTextAsync(folder["a.txt"], "text", cancellationToken);
        await using TemporaryPath backup = await AsyncFiles.CreateTempFolderAsync(cancellationToken: cancellationToken);
        string source = Path.GetDirectoryName(folder["a.cs"])!;

        #region async-files
        var options = new WalkOptions { Include = ["**/*.cs"], Exclude = ["bin", "obj"] };
        await foreach (FileEntry entry in AsyncFiles.WalkAsync(source, options, cancellationToken))
        {
            await AsyncFiles.CopyAsync(
                entry.FullPath, Path.Combine(backup.Path, entry.RelativePath), cancellationToken: cancellationToken);
        }
        #endregion

        Assert.Equal("a.cs", Path.GetFileName(Assert.Single(Directory.GetFiles(backup.Path))));
    }

    [Fact]
    public async Task ACopy_TellsItsProgress_AndItsHash()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        (string source, string destination) = (folder["a"], folder["b"]);
        await File.WriteAllTextAsync(source, "text", cancellationToken);

        #region async-files-copy
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var options = new FileCopyOptions
        {
            Hash = hash,
            Progress = new Progress<FileCopyProgress>(
                now => Console.WriteLine($"{now.BytesCopied:N0} of {now.TotalBytes:N0}")),
        };
        await AsyncFiles.CopyAsync(source, destination, options, cancellationToken);
        string digest = Convert.ToHexStringLower(hash.GetHashAndReset());
        #endregion

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData("text"u8)), digest);
    }

    [Fact]
    public async Task ALock_IsBetweenProcesses()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["app.lock"];
        var ran = false;

        #region async-files-lock
        await Timeouts.RunAsync(
            async token =>
            {
                using FileLock held = await AsyncFiles.LockAsync(path, cancellationToken: token);
                ran = true; // one process at a time
            },
            TimeSpan.FromSeconds(10),
            cancellationToken);
        #endregion

        Assert.True(ran);
    }

    [Fact]
    public async Task OpenFiles_HaveABudget()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string[] paths = [folder["a"], folder["b"], folder["c"]];
        foreach (string path in paths) await File.WriteAllTextAsync(path, "one\ntwo\n", cancellationToken);
        long lines = 0;

        #region async-files-budget
        var openFiles = new AsyncSemaphore(200); // for the whole program

        await new BoundedRunner(8).ForEachAsync(
            paths,
            async (path, token) =>
            {
                using AsyncSemaphore.Lease permit = await openFiles.AcquireAsync(cancellationToken: token);
                Interlocked.Add(ref lines, await TextFile.CountLinesAsync(path, cancellationToken: token));
            },
            cancellationToken);
        #endregion

        Assert.Equal(6, lines);
    }

    [Fact]
    public async Task AFolder_IsWatched()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string watched = Path.GetDirectoryName(folder["a"])!;
        var files = new HashSet<string>();

        #region async-files-watch
        await foreach (FileChange change in AsyncFiles.WatchAsync(watched, cancellationToken))
        {
            switch (change.Kind)
            {
                case FileChangeKind.Rescan: // first of all, and when changes were lost
                    files = [.. Directory.GetFiles(watched)];
                    break;
                case FileChangeKind.Deleted:
                    files.Remove(change.FullPath);
                    break;
                default:
                    files.Add(change.FullPath);
                    break;
            }

            if (files.Count > 0) break;
            await File.WriteAllTextAsync(folder["a"], "text", cancellationToken);
        }
        #endregion

        Assert.Equal([folder["a"]], files);
    }
}
