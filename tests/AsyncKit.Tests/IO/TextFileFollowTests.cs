using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>Files that are followed, through all that logrotate does to them. The looks are by a clock of the test.
/// </summary>
public sealed class TextFileFollowTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly WatchedClock _clock = new();

    public static TheoryData<FollowOptions, string> Wrong { get; } = new()
    {
        { new FollowOptions { StartOffset = -1 }, "StartOffset must not be negative, but was -1." },
        {
            new FollowOptions { MinInterval = TimeSpan.Zero },
            "MinInterval must be at least 1 ms, but was 00:00:00."
        },
        {
            new FollowOptions { MaxInterval = TimeSpan.FromDays(2) },
            "MaxInterval must be from 1 ms to a day, but was 2.00:00:00."
        },
        {
            new FollowOptions { MaxInterval = TimeSpan.FromMilliseconds(5) },
            "MinInterval must not be longer than MaxInterval, but was 00:00:00.0100000 and 00:00:00.0050000."
        },
        {
            new FollowOptions { PartialTimeout = TimeSpan.Zero },
            "PartialTimeout must be more than zero or infinite, but was 00:00:00."
        },
        { new FollowOptions { MaxLineBytes = 0 }, "MaxLineBytes must be from 1 to 1073741824, but was 0." },
        { new FollowOptions { TimeProvider = null! }, "TimeProvider must not be null." },
    };

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Log => _folder.PathOf("app.log");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void AWrongOption_IsRefusedAtTheCall_ByItsRule(FollowOptions options, string rule) => Assert.StartsWith(
        rule,
        Assert.Throws<ArgumentException>(nameof(options), () => { TextFile.Follow(Log, options); }).Message,
        StringComparison.Ordinal);

    [Fact]
    public async Task Appends_AreGiven_AndWhatWasThereBeforeIsNot()
    {
        Write("before\nhalf of ");
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync();
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first);

        Append("a line\nne");

        Assert.Equal(new FollowedLine("a line", 15, 22, FollowChange.None), await ComesAsync(lines, first));
        ValueTask<bool> second = lines.MoveNextAsync();
        await StaysPendingAsync(second);
        Append("xt\r\nlast\n");
        Assert.Equal(new FollowedLine("next", 22, 28, FollowChange.None), await ComesAsync(lines, second));
        Assert.Equal(new FollowedLine("last", 28, 33, FollowChange.None), await NextAsync(lines));
    }

    [Fact]
    public async Task FromAnOffset_ItGoesOnWhereAnotherWas()
    {
        Write("\uFEFFone\ntwo\n");
        await using IAsyncEnumerator<FollowedLine> fromStart = FollowAsync(new FollowOptions { StartOffset = 0 });
        FollowedLine one = await NextAsync(fromStart);
        Assert.Equal(new FollowedLine("one", 3, 7, FollowChange.None), one);

        await using IAsyncEnumerator<FollowedLine> rest =
            FollowAsync(new FollowOptions { StartOffset = one.NextOffset });

        Assert.Equal(new FollowedLine("two", 7, 11, FollowChange.None), await NextAsync(rest));
    }

    [Fact]
    public async Task AFileThatIsNotThereYet_IsWaitedFor_AndGivenFromItsStart()
    {
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync();
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first);

        Write("first\n");

        Assert.Equal("first", (await ComesAsync(lines, first)).Text);
    }

    [Fact]
    public async Task Rotation_RenameAndCreate_ReadsTheOldFileToItsEnd()
    {
        Write("");
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync();
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first);

        File.Move(Log, _folder.PathOf("app.log.1"));
        await File.AppendAllTextAsync(_folder.PathOf("app.log.1"), "old 1\nold 2", TestToken);
        Write("new 1\n");
        await File.AppendAllTextAsync(_folder.PathOf("app.log.1"), "\nold 3\nold 4 without a break", TestToken);

        Assert.Equal("old 1", (await ComesAsync(lines, first)).Text);
        Assert.Equal("old 2", (await NextAsync(lines)).Text);
        Assert.Equal("old 3", (await NextAsync(lines)).Text);
        Assert.Equal("old 4 without a break", (await NextAsync(lines)).Text);
        Assert.Equal(new FollowedLine("new 1", 0, 6, FollowChange.Replaced), await NextAsync(lines));
    }

    [Fact]
    public async Task Rotation_CopyTruncate_GoesOnAtTheStart_AndSaysSo()
    {
        Write("");
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync();
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first);
        Append("a first line that is long\n");
        Assert.Equal("a first line that is long", (await ComesAsync(lines, first)).Text);

        File.Copy(Log, _folder.PathOf("app.log.1"));
        using (FileStream log = File.Open(Log, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) log.SetLength(0);
        Append("short\n");

        Assert.Equal(new FollowedLine("short", 0, 6, FollowChange.Truncated), await NextAsync(lines));
        Append("next\n");
        Assert.Equal(new FollowedLine("next", 6, 11, FollowChange.None), await NextAsync(lines));
    }

    [Fact]
    public async Task Deletion_IsWaitedOut_AndTheNextFileIsGivenFromItsStart()
    {
        Write("");
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync();
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first);
        using (FileStream old =
            File.Open(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            File.Delete(Log);
            await StaysPendingAsync(first);
            old.Write("written to a file without a name\n"u8);
        }

        Assert.Equal("written to a file without a name", (await ComesAsync(lines, first)).Text);
        ValueTask<bool> second = lines.MoveNextAsync();
        await StaysPendingAsync(second);
        Write("new\n");
        Assert.Equal(new FollowedLine("new", 0, 4, FollowChange.Replaced), await ComesAsync(lines, second));
    }

    [Fact]
    public async Task APartialLine_IsGivenWhenItIsNotEndedInTime_IfThatIsAskedFor()
    {
        Write("");
        await using IAsyncEnumerator<FollowedLine> lines =
            FollowAsync(new FollowOptions { PartialTimeout = TimeSpan.FromSeconds(30) });
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first, rounds: 5);
        Append("half");

        Assert.Equal(new FollowedLine("half", 0, 4, FollowChange.None), await ComesAsync(lines, first));
        Append(" and half\n");
        Assert.Equal(new FollowedLine(" and half", 4, 14, FollowChange.None), await NextAsync(lines));
    }

    [Fact]
    public async Task CharactersAndBreaks_MayComeInPieces()
    {
        Write("");
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync();
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first);
        foreach (byte value in "größer 😀\r\n"u8.ToArray())
        {
            Assert.False(first.IsCompleted);
            AppendBytes([value]);
            for (var round = 0; round < 3; round++) await LookAsync(() => first.IsCompleted);
        }

        Assert.Equal("größer 😀", (await ComesAsync(lines, first)).Text);
    }

    [Fact]
    public async Task ALineThatIsTooLong_EndsIt()
    {
        Write("short\nmuch too long\n");
        await using IAsyncEnumerator<FollowedLine> lines =
            FollowAsync(new FollowOptions { StartOffset = 0, MaxLineBytes = 5 });
        Assert.Equal("short", (await NextAsync(lines)).Text);

        await Assert.ThrowsAsync<InvalidDataException>(() => NextAsync(lines));
    }

    [Fact]
    public async Task Cancellation_EndsIt_WithTheCallersToken_AndClosesTheFile()
    {
        Write("");
        using var cancellation = new CancellationTokenSource();
        await using (IAsyncEnumerator<FollowedLine> lines = FollowAsync(token: cancellation.Token))
        {
            ValueTask<bool> first = lines.MoveNextAsync();
            await StaysPendingAsync(first);

            await cancellation.CancelAsync();

            var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first);
            Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        }

        if (OperatingSystem.IsLinux()) Assert.DoesNotContain(Log, OpenFiles.Paths());
    }

    [Fact]
    public async Task PitfallOfPolling_ManyRotationsAndAWriter_NothingIsLostOrDoubled()
    {
        const int Rotations = 6;
        var random = new Random(11);
        int perFile = LongSuite.Count(300, 3_000);
        Write("");
        using var end = new CancellationTokenSource();
        await using IAsyncEnumerator<FollowedLine> lines = FollowAsync(token: end.Token);
        ValueTask<bool> first = lines.MoveNextAsync();
        await StaysPendingAsync(first, rounds: 5);
        var given = new List<string>();
        for (var rotation = 0; rotation < Rotations; rotation++)
        {
            for (var i = 0; i < perFile; i++)
            {
                Append($"{rotation}.{i}{(random.Next(2) is 0 ? "\r\n" : "\n")}");
                if (random.Next(perFile / 5) is not 0) continue;
                given.Add((await ComesAsync(lines, first)).Text);
                first = lines.MoveNextAsync();
            }

            while (given.Count < (rotation + 1) * perFile - 20)
            {
                given.Add((await ComesAsync(lines, first)).Text);
                first = lines.MoveNextAsync();
            }

            File.Move(Log, _folder.PathOf($"app.log.{rotation}"));
            Write("");
        }

        while (given.Count < Rotations * perFile)
        {
            given.Add((await ComesAsync(lines, first)).Text);
            first = lines.MoveNextAsync();
        }

        Assert.Equal(
            Enumerable.Range(0, Rotations * perFile).Select(i => $"{i / perFile}.{i % perFile}"), given);
        await StaysPendingAsync(first);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await first);
    }

    [Fact]
    public async Task Events_EndTheWaitEarly_WhereTheSystemHasThem()
    {
        Write("");
        var options = new FollowOptions
        {
            TimeProvider =
            _clock,
            MinInterval = TimeSpan.FromHours(1),
            MaxInterval = TimeSpan.FromHours(1)
        };
        await using IAsyncEnumerator<FollowedLine> lines =
            TextFile.Follow(Log, options, TestToken).GetAsyncEnumerator(TestToken);
        ValueTask<bool> first = lines.MoveNextAsync();
        Assert.False(first.IsCompleted);
        Task<bool> coming = first.AsTask();

        // The clock stands: it is the event that tells of the line. Written until it is seen, for the watch may begin
        // late.
        for (var i = 0; i < 1_000 && !coming.IsCompleted; i++)
        {
            Append("line\n");
            await Task.WhenAny(coming, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, TestToken));
        }

        Assert.True(await coming);
        Assert.Equal("line", lines.Current.Text);
    }

    private IAsyncEnumerator<FollowedLine> FollowAsync(FollowOptions? options =
        null, CancellationToken? token = null) => TextFile
        .Follow(Log, (options ?? new FollowOptions()) with
        {
            UseEvents =
            false,
            TimeProvider = _clock
        }, token ?? TestToken)
        .GetAsyncEnumerator(CancellationToken.None);

    private void Write(string text) => File.WriteAllText(Log, text);

    private void Append(string text) => AppendBytes(System.Text.Encoding.UTF8.GetBytes(text));

    private void AppendBytes(byte[] bytes)
    {
        using FileStream log =
            File.Open(Log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        log.Write(bytes);
    }

    private async Task<FollowedLine> NextAsync(IAsyncEnumerator<FollowedLine> lines) =>
        await ComesAsync(lines, lines.MoveNextAsync());

    private async Task<FollowedLine> ComesAsync(IAsyncEnumerator<FollowedLine> lines, ValueTask<bool> moving)
    {
        Task<bool> coming = moving.AsTask();
        for (var look = 0; look < 100_000 && !coming.IsCompleted; look++)
            await LookAsync(() => coming.IsCompleted);
        Assert.True(coming.IsCompleted, "No line came.");
        Assert.True(await coming);
        return lines.Current;
    }

    private async Task StaysPendingAsync(ValueTask<bool> moving, int rounds = 20)
    {
        for (var look = 0; look < rounds; look++) await LookAsync(() => moving.IsCompleted);
        Assert.False(moving.IsCompleted);
    }

    // Files are opened by the pool, in a time that nobody knows. The clock moves when the file has been looked at, and
    // it has been looked at again when somebody waits for the clock again.
    private async Task LookAsync(Func<bool> hasCome)
    {
        await WaitedForAsync(hasCome);
        if (hasCome()) return;
        _clock.Advance(TimeSpan.FromSeconds(1));
        await WaitedForAsync(hasCome);
    }

    private async Task WaitedForAsync(Func<bool> hasCome)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!_clock.IsWaitedFor && !hasCome())
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Run(static () => { }, TestToken);
        }
    }
}
