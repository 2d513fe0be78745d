using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.IO;

/// <summary>A process that is killed while it replaces a file: the file is the old one or the new, whole.</summary>
[Collection(typeof(Alone))]
public sealed class AtomicFileKillTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Seed = 31;

    private readonly TestFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact(Timeout = Limit)]
    public async Task TheFile_IsWhole_WheneverItsWriterIsKilled()
    {
        string target = _folder.PathOf("target");
        int kills = LongSuite.Count(usual: 5, full: 50);
        var random = new Random(Seed);
        for (var i = 0; i < kills; i++)
        {
            string[] versions = await KilledChild.RunAsync("atomic", target, afterLines: random.Next(1, 30));
            string text = await File.ReadAllTextAsync(target, TestContext.Current.CancellationToken);

            Assert.Equal(new string(text[0], 50_000 + text[0]), text);

            // It is the last one that was reported, or the one that was under way.
            Assert.InRange((text[0] - 'a' - (versions.Length - 1) + 26 * versions.Length) % 26, 0, 1);
        }

        // What is left beside it are temporary files, one for each kill at most.
        string[] others = [.. Directory.GetFiles(
            _folder.FullName).Where(file => !string.Equals(file, target, StringComparison.Ordinal))];
        LongSuite.Say($"seed {Seed}: {others.Length} temporary files left by {kills} kills");
        Assert.InRange(others.Length, 0, kills);
        Assert.All(others, static file => Assert.EndsWith(".tmp", file, StringComparison.Ordinal));
    }
}
