using System.Diagnostics;
using System.Security.Cryptography;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>A process killed while it downloads: the next one goes on, and the file is whole or not there.</summary>
[Collection(typeof(Alone))]
public sealed class DownloadKillTests : IDisposable
{
    private const int Limit = 240_000;
    private const int Seed = 37;
    private const int MiB = 1024 * 1024;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");
    private readonly Random _random = new(Seed);

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "file.bin");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = Limit)]
    public async Task KilledAnywhere_TheNextOneGoesOn_AndTheHashIsEqual()
    {
        int wanted = Environment.GetEnvironmentVariable("ASYNCKIT_LONG_TESTS") is "1" ? 50 : 5;
        byte[] content = new byte[24 * MiB];
        new Random(Seed).NextBytes(content);
        byte[] hash = SHA256.HashData(content);
        await using var server = new RangeServer(content);
        var (kills, whole) = (0, 0);
        while (kills < wanted || whole is 0)
        {
            if (await RunAsync(server, kills < wanted)) kills++;
            if (!File.Exists(Target)) continue;

            // It has its name: then it is whole, whether or not there was time to say so.
            await using (FileStream file = File.OpenRead(Target))
                Assert.Equal(hash, await SHA256.HashDataAsync(file, TestToken));
            File.Delete(Target);
            whole++;
        }

        TestContext.Current.TestOutputHelper?.WriteLine(
            $"seed {Seed}: {kills} kills, {server.PartsAskedFor} went on, {whole} whole files");
        Assert.True(server.PartsAskedFor > 0);

        // What a killed process may leave, and the next one removes: at most the part and its records.
        Assert.All(Directory.GetFiles(_folder.FullName), static path =>
            Assert.StartsWith("file.bin.part", Path.GetFileName(path), StringComparison.Ordinal));
    }

    /// <returns>Whether it was killed before it ended by itself.</returns>
    private async Task<bool> RunAsync(RangeServer server, bool isToDie)
    {
        // Up to the end, and some time beyond: that of the flushes and of the new name.
        Task isSent = server.WhenSentAsync(isToDie ? _random.Next(18 * MiB) : long.MaxValue / 2);
        string program = Path.Combine(AppContext.BaseDirectory, "AsyncKit.Http.Tests.Child.dll");
        var start = new ProcessStartInfo("dotnet", [program, server.File.AbsoluteUri, Target])
        {
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync(TestToken);
        Task ended = child.WaitForExitAsync(TestToken);
        await Task.WhenAny(isSent, ended);
        var pause = TimeSpan.FromMilliseconds(_random.Next(20));
        if (isToDie) await Task.WhenAny(ended, Task.Delay(pause, TimeProvider.System, TestToken));
        else await ended;
        bool dies = !child.HasExited;
        if (dies) child.Kill();
        await ended;

        // Killed at the very moment of its end, it may have ended well.
        if (!dies) Assert.True(child.ExitCode is 0, await errors);
        return dies;
    }
}
