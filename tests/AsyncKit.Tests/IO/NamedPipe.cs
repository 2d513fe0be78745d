using System.Diagnostics;

namespace AsyncKit.Tests.IO;

/// <summary>A pipe with a name in the file system.</summary>
internal static class NamedPipe
{
    public static async Task<string> CreateAsync(TestFolder folder)
    {
        string path = folder.PathOf("pipe");
        using Process process = Process.Start("mkfifo", [path]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return path;
    }
}
