using System.Globalization;
using AsyncKit.IO;
using AsyncKit.Tests.Stress;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.Tests.IO;

/// <summary>A process that is killed at any moment: every line that it was told is on the disk is there, whole.
/// </summary>
[Collection(typeof(Alone))]
public sealed class AppendLogKillTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Seed = 26;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "app.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = Limit)]
    public async Task EveryLineThatWasReported_IsThere_AndNoTornLineIsReadBackAsAWholeOne()
    {
        int kills = LongSuite.Count(usual: 5, full: 50);
        var random = new Random(Seed);
        var reported = new List<string>();
        var torn = 0;
        for (var i = 0; i < kills; i++)
        {
            reported.AddRange(await KilledChild.RunAsync("append", Target, afterLines: random.Next(1, 100)));
            if (EndsTorn()) torn++;
        }

        // As the next start of the program does.
        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (string line in await File.ReadAllLinesAsync(Target, TestToken))
        {
            string[] parts = line.Split(' ');
            Assert.Equal(3, parts.Length);
            Assert.Equal(int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2].Length);
            Assert.True(found.Add(parts[0]), $"{parts[0]} is there twice");
        }

        LongSuite.Say($"seed {Seed}: {reported.Count:N0} reported, {found.Count:N0} found, {torn} ends torn");
        Assert.NotEmpty(reported);
        Assert.Empty(reported.Except(found, StringComparer.Ordinal));
    }

    // The file becomes large. Only its last byte is looked at.
    private bool EndsTorn()
    {
        using SafeFileHandle file = File.OpenHandle(Target);
        long length = RandomAccess.GetLength(file);
        Span<byte> last = [(byte)'\n'];
        if (length > 0) RandomAccess.Read(file, last, length - 1);
        return last[0] is not (byte)'\n';
    }
}
