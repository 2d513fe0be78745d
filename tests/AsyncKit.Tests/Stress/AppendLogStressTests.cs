using System.Globalization;
using AsyncKit.IO;

namespace AsyncKit.Tests.Stress;

/// <summary>Producers on threads, with lines of all lengths, some of whom are cancelled.</summary>
[Collection(typeof(Alone))]
public sealed class AppendLogStressTests : IDisposable
{
    private const int Limit = 120_000;
    private const int Seed = 91;
    private const int Producers = 6;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory(Timeout = Limit)]
    [InlineData(null, 4_096)]
    [InlineData(null, 1_048_576)]
    [InlineData(20_000L, 8_192)]
    public async Task WhateverTheyDo_ALineThatWasTakenIsThereOnce_AndOneThatWasNotIsNot(
        long? maxFileBytes, int maxPendingBytes)
    {
        int rounds = LongSuite.Count(usual: 500, full: 5_000);
        var options = new AppendLogOptions
        {
            MaxPendingBytes = maxPendingBytes,
            MaxLineBytes = 2_000,
            Roll = maxFileBytes is null ? null : new AppendLogRoll { MaxFileBytes = maxFileBytes },
        };
        var granted = new bool[Producers * rounds];
        var maybe = new bool[Producers * rounds];
        await using (AppendLog log = await AppendLog.OpenAsync(Path.Combine(_folder.FullName, "app.log"), options))
        {
            await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
            {
                var random = new Random(Seed + producer);
                for (int line = producer * rounds; line < (producer + 1) * rounds; line++)
                    await AppendAsync(log, random, line);
            })));
            await log.CompleteAsync();
        }

        var last = new int[Producers];
        Array.Fill(last, -1);
        int found = 0;
        foreach (string file in Directory.GetFiles(_folder.FullName).OrderBy(Age))
        {
            foreach (string line in await File.ReadAllLinesAsync(file))
            {
                string[] parts = line.Split(' ');
                int number = int.Parse(parts[0], CultureInfo.InvariantCulture);
                Assert.Equal(number % 1_900, parts[1].Length);
                Assert.True(granted[number] || maybe[number]);
                Assert.InRange(number, last[number / rounds] + 1, int.MaxValue);
                last[number / rounds] = number;
                found += granted[number] ? 1 : 0;
            }
        }

        LongSuite.Say($"seed {Seed}: {granted.Count(isGranted => isGranted):N0} of {granted.Length:N0} were granted");
        Assert.Equal(granted.Count(isGranted => isGranted), found);

        // Names of more than 999 files a day have more digits; the newest has none.
        static (int, string) Age(string file) =>
            Path.GetFileName(file) is "app.log" ? (int.MaxValue, "") : (file.Length, file);

        async Task AppendAsync(AppendLog log, Random random, int line)
        {
            var text = $"{line} {new string('x', line % 1_900)}";
            var level = (CommitLevel)random.Next(3);
            if (random.Next(20) is 0) await log.CommitAsync(level);

            // A wait for a level that was cancelled leaves the line, one for room does not.
            granted[line] = await RandomCancellation.TryWaitAsync(
                random, async token => await log.AppendAsync(text, level, token), CancellationToken.None);
            maybe[line] = !granted[line] && level is not CommitLevel.Buffered;
        }
    }
}
