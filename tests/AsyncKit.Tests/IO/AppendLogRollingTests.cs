using System.Globalization;
using AsyncKit.IO;
using AsyncKit.Testing;

namespace AsyncKit.Tests.IO;

/// <summary>When a log goes on in a new file, what the old ones are called, and which are kept.</summary>
public sealed class AppendLogRollingTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");
    private readonly ManualTimeProvider _clock = new(new DateTimeOffset(2026, 11, 26, 10, 0, 0, TimeSpan.Zero));

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "app.log");

    private Dictionary<string, string> Files => _folder.GetFiles().ToDictionary(
        file => file.Name, file => File.ReadAllText(file.FullName).ReplaceLineEndings("|"));

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory(Timeout = Limit)]
    [InlineData(CommitLevel.Buffered)]
    [InlineData(CommitLevel.Disk)]
    public async Task AFullFile_IsRenamed_AndNoLineIsSplit(CommitLevel level)
    {
        await using (AppendLog log = await OpenAsync(new AppendLogRoll { MaxFileBytes = 8 }))
        {
            long[] offsets = new long[7];
            string[] lines = ["one", "two", "three", "much longer than that", "four", "", "5"];
            for (var i = 0; i < lines.Length; i++) offsets[i] = await log.AppendAsync(lines[i], level, TestToken);

            Assert.Equal([0, 4, 0, 0, 0, 5, 6], offsets);
        }

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["app.20261126-001.log"] = "one|two|",
                ["app.20261126-002.log"] = "three|",
                ["app.20261126-003.log"] = "much longer than that|",
                ["app.log"] = "four||5|",
            },
            Files);
    }

    [Fact(Timeout = Limit)]
    public async Task ANewDay_BeginsANewFile_WithItsFirstLine()
    {
        await using (AppendLog log = await OpenAsync(new AppendLogRoll { Daily = true }))
        {
            Assert.Equal(0, await log.AppendAsync("thursday", cancellationToken: TestToken));
            _clock.Advance(TimeSpan.FromHours(13));
            Assert.Equal(9, await log.AppendAsync("late", cancellationToken: TestToken));
            _clock.Advance(TimeSpan.FromHours(1));
            Assert.Equal(0, await log.AppendAsync("friday", cancellationToken: TestToken));
            _clock.Advance(TimeSpan.FromDays(3));
            Assert.Equal(0, await log.AppendAsync("monday", cancellationToken: TestToken));
        }

        Assert.Equal(
            new Dictionary<string, string>
            {
                ["app.20261126-001.log"] = "thursday|late|",
                ["app.20261127-001.log"] = "friday|",
                ["app.log"] = "monday|",
            },
            Files);
    }

    [Fact(Timeout = Limit)]
    public async Task ADay_IsThatOfTheTimeZoneOfTheClock()
    {
        _clock.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(13), "east", "east"));
        await using (AppendLog log = await OpenAsync(new AppendLogRoll { Daily = true }))
        {
            await log.AppendAsync("before", cancellationToken: TestToken);
            _clock.Advance(TimeSpan.FromHours(1));
            await log.AppendAsync("after", cancellationToken: TestToken);
        }

        Assert.Equal(
            new Dictionary<string, string> { ["app.20261126-001.log"] = "before|", ["app.log"] = "after|" }, Files);
    }

    [Fact(Timeout = Limit)]
    public async Task AClockThatIsSetBack_BeginsNoFile()
    {
        await using (AppendLog log = await OpenAsync(new AppendLogRoll { Daily = true }))
        {
            await log.AppendAsync("today", cancellationToken: TestToken);
            _clock.AdjustTime(_clock.GetUtcNow() - TimeSpan.FromDays(2));
            await log.AppendAsync("yesterday", cancellationToken: TestToken);
            _clock.AdjustTime(_clock.GetUtcNow() + TimeSpan.FromDays(2));
            await log.AppendAsync("today again", cancellationToken: TestToken);
        }

        Assert.Equal(new Dictionary<string, string> { ["app.log"] = "today|yesterday|today again|" }, Files);
    }

    [Fact(Timeout = Limit)]
    public async Task AFileOfAnEarlierDay_IsRenamedByTheFirstLine_AlsoWhenTheLogIsOpenedThen()
    {
        await File.WriteAllTextAsync(Target, "old\n", TestToken);
        File.SetLastWriteTimeUtc(Target, new DateTime(2026, 11, 20, 12, 0, 0, DateTimeKind.Utc));

        await using (AppendLog log = await OpenAsync(new AppendLogRoll { Daily = true }))
        {
            Assert.Equal(["app.log"], Files.Keys);
            await log.AppendAsync("new", CommitLevel.Disk, TestToken);
        }

        Assert.Equal(
            new Dictionary<string, string> { ["app.20261120-001.log"] = "old|", ["app.log"] = "new|" }, Files);
    }

    [Fact(Timeout = Limit)]
    public async Task TheOldestBeyondThoseToKeep_AreDeleted_AndNoFileOfAnother()
    {
        string[] foreign =
        [
            "app.20261126-.log", "app.20261126-1x.log", "app.2026112-0001.log", "app.99999999-001.log",
            "app.20261126-001.log.gz", "apps.20261126-001.log", "app.txt", "app.-.log",
        ];
        foreach (string name in (string[])[.. foreign, "app.20261125-999.log", "app.20261126-998.log"])
            await File.WriteAllTextAsync(Path.Combine(_folder.FullName, name), "", TestToken);

        await using (AppendLog log = await OpenAsync(new AppendLogRoll { MaxFileBytes = 1, MaxRolledFiles = 3 }))
        {
            for (var i = 0; i < 3; i++) await log.AppendAsync($"{i}", cancellationToken: TestToken);
            await log.CommitAsync(CommitLevel.Os, TestToken);
            Assert.Contains("app.20261126-998.log", Files.Keys);
            await log.AppendAsync("3", cancellationToken: TestToken);
        }

        Dictionary<string, string> files = Files;
        Assert.All(foreign, name => Assert.True(files.Remove(name)));
        Assert.Equal(
            new Dictionary<string, string>
            {
                ["app.20261126-999.log"] = "0|",
                ["app.20261126-1000.log"] = "1|",
                ["app.20261126-1001.log"] = "2|",
                ["app.log"] = "3|",
            },
            files);
    }

    [Theory(Timeout = Limit)]
    [InlineData("app", "app.20261126-001")]
    [InlineData("app.jsonl.txt", "app.jsonl.20261126-001.txt")]
    [InlineData(".app", ".20261126-001.app")]
    public async Task TheDay_StandsBeforeTheLastExtension(string name, string rolled)
    {
        string path = Path.Combine(_folder.FullName, name);
        await using (AppendLog log = await AppendLog.OpenAsync(
            path,
            new AppendLogOptions { Roll = new AppendLogRoll { MaxFileBytes = 2 }, TimeProvider = _clock },
            TestToken))
        {
            await log.AppendAsync("1", cancellationToken: TestToken);
            await log.AppendAsync("2", cancellationToken: TestToken);
        }

        Assert.Equal(new Dictionary<string, string> { [rolled] = "1|", [name] = "2|" }, Files);
    }

    [Fact(Timeout = Limit)]
    public async Task ManyProducers_LoseNoLineToARoll_AndOffsetsHold()
    {
        const int Producers = 8;
        const int Lines = 400;
        var offsets = new long[Producers * Lines];
        await using (AppendLog log = await OpenAsync(new AppendLogRoll { MaxFileBytes = 10_000 }))
        {
            await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(async () =>
            {
                for (int i = producer * Lines; i < (producer + 1) * Lines; i++)
                {
                    var line = $"{i} {new string('x', i % 90)}";
                    offsets[i] = await log.AppendAsync(line, (CommitLevel)(i % 2), TestToken);
                }
            })));
        }

        var found = new HashSet<int>();
        foreach (string content in Files.Values)
        {
            Assert.InRange(content.Length, 1, 10_000);
            var offset = 0;
            foreach (string line in content.Split('|')[..^1])
            {
                int number = int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture);
                Assert.True(found.Add(number));
                Assert.Equal(offset, offsets[number]);
                offset += line.Length + 1;
            }
        }

        Assert.Equal(Producers * Lines, found.Count);
    }

    private ValueTask<AppendLog> OpenAsync(AppendLogRoll roll) => AppendLog.OpenAsync(
        Target, new AppendLogOptions { Roll = roll, TimeProvider = _clock }, TestToken);
}
