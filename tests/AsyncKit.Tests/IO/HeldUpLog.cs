using System.Diagnostics;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>A log that writes to a pipe with a name, and is held up in the middle of its first line until somebody
/// reads. Its second line has left little room for more.</summary>
internal sealed class HeldUpLog : IAsyncDisposable
{
    private const int LineBytes = 100_000;

    private readonly string _path;
    private bool _isRead;

    private HeldUpLog(string path, AppendLog log)
    {
        _path = path;
        Log = log;
    }

    /// <summary>A line for which there is no room while the log is held up.</summary>
    public static string LongLine { get; } = new('x', LineBytes);

    public AppendLog Log { get; }

    public static async Task<HeldUpLog> OpenAsync(string path)
    {
        using (Process make = Process.Start("mkfifo", [path])) await make.WaitForExitAsync();
        AppendLog log = await AppendLog.OpenAsync(
            path, new AppendLogOptions { MaxPendingBytes = 256 * 1024, MaxLineBytes = LineBytes });

        // The second has room once the first is being written, which is more than a pipe holds.
        await log.AppendAsync(LongLine);
        await log.AppendAsync(LongLine);
        return new HeldUpLog(path, log);
    }

    /// <summary>Completes the log while it reads all there is.</summary>
    /// <returns>The lines behind the first two.</returns>
    public async Task<string[]> ReadToEndAsync()
    {
        Task<string[]> reading = ReadAsync();
        await Log.CompleteAsync();
        string[] lines = await reading;
        Assert.Equal([LongLine, LongLine], lines[..2]);
        return lines[2..];
    }

    public async ValueTask DisposeAsync()
    {
        // Who opens a pipe that nobody writes to any more waits for ever.
        if (!_isRead) _ = ReadAsync();
        await Log.DisposeAsync();
    }

    // On a thread of its own: the pump already blocks one of the pool.
    private Task<string[]> ReadAsync()
    {
        _isRead = true;
        return Task.Factory.StartNew(
            () => File.ReadAllLines(_path),
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
    }
}
