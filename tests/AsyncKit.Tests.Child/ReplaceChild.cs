using AsyncKit.IO;

namespace AsyncKit.Tests.Child;

/// <summary>Replaces a file where that must fail, and prints what it was told.</summary>
internal static class ReplaceChild
{
    private const int Bytes = 1_000_000;

    public static Task RunAsync(string path) =>
        TellAsync(() => AtomicFile.WriteAllBytesAsync(path, new byte[Bytes]));

    /// <summary>Does it by a writer, and tries again when the folder has been opened for all that its owner may do.
    /// </summary>
    public static async Task RunTwiceAsync(string path)
    {
        await using LineWriter writer = LineWriter.CreateAtomic(path);
        await writer.WriteLineAsync("line");
        await TellAsync(() => writer.CompleteAsync());
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(
                Path.GetDirectoryName(path)!,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        await TellAsync(() => writer.CompleteAsync());
    }

    private static async Task TellAsync(Func<ValueTask> replace)
    {
        try
        {
            await replace();
            Console.WriteLine("replaced");
        }
        catch (IOException e)
        {
            Console.WriteLine($"{e.Message} {e.InnerException?.Message}");
        }
    }
}
