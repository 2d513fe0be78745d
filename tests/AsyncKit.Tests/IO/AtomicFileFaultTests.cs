namespace AsyncKit.Tests.IO;

/// <summary>Disks that are full and folders that cannot be flushed: what is told, and what is there.</summary>
public sealed class AtomicFileFaultTests : IDisposable
{
    private const int Limit = 60_000;

    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => _folder.PathOf("target");

    public void Dispose()
    {
        SetMode(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _folder.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task PitfallOfFullDisks_TheOldFileStays_AndNothingElse()
    {
        const string Script =
            """
            mount -t tmpfs -o size=64k tmpfs "$1"
            printf old > "$1/target"
            dotnet "$child" replace "$1/target"
            ls -A "$1"
            cat "$1/target"
            """;

        string[] output = await Unshared.RunAsync(Unshared.WithMounts, Script, _folder.FullName);

        Assert.Contains("No space left", output[0], StringComparison.Ordinal);
        Assert.Contains(_folder.FullName, output[0], StringComparison.Ordinal);
        Assert.Equal(["target", "old"], output[1..]);
    }

    [Fact(Timeout = Limit)]
    public async Task PitfallOfRenames_AFolderThatCannotBeFlushed_IsNamed_AndTheNewFileIsThere()
    {
        _folder.Write("target", "old");

        // It may be changed, but not opened.
        SetMode(UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        string[] output = await Unshared.RunAsync(
            Unshared.WithoutPrivileges, "dotnet \"$child\" replace \"$1\"", Target);

        SetMode(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Assert.StartsWith(
            $"'{Target}' has its new content, but the folder could not be flushed",
            Assert.Single(output),
            StringComparison.Ordinal);
        Assert.EndsWith($" : '{_folder.FullName}'", output[0], StringComparison.Ordinal);
        Assert.Equal(1_000_000, new FileInfo(Target).Length);
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    [Fact(Timeout = Limit)]
    public async Task PitfallOfFsync_AFlushThatFailed_IsNotTriedAgain_AlsoWhenItCouldBe()
    {
        SetMode(UnixFileMode.UserWrite | UnixFileMode.UserExecute);

        string[] output = await Unshared.RunAsync(
            Unshared.WithoutPrivileges, "dotnet \"$child\" replace-twice \"$1\"", Target);

        Assert.Equal(2, output.Length);
        Assert.Contains("could not be flushed", output[0], StringComparison.Ordinal);
        Assert.Equal(output[0], output[1]);
        Assert.Equal("line\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    private void SetMode(UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(_folder.FullName, mode);
    }
}
