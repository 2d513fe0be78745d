using System.Diagnostics;
using System.Globalization;
using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>The file: what a crash left in it, who else has it open, what is reserved for it.</summary>
public sealed class AppendLogFileTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "app.log");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory(Timeout = Limit)]
    [InlineData("", 0, "")]
    [InlineData("whole\n", 0, "whole\n")]
    [InlineData("whole\n", 4, "whole\n")]
    [InlineData("whole\n\n", 1, "whole\n\n")]
    [InlineData("whole\n", 200_000, "whole\n")]
    [InlineData("", 200_000, "")]
    public async Task ATornLine_IsCutOffWhenTheLogIsOpened(string whole, int torn, string left)
    {
        await File.WriteAllTextAsync(Target, whole + new string('t', torn), TestToken);

        await using AppendLog log = await AppendLog.OpenAsync(Target, cancellationToken: TestToken);

        Assert.Equal(left, await File.ReadAllTextAsync(Target, TestToken));
        Assert.Equal(left.Length, await log.AppendAsync("next", CommitLevel.Os, TestToken));
        Assert.Equal(left + "next\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task ATornLine_IsEndedInstead_WhereThatIsAskedFor_OrOthersMayBeWriting(bool isShared)
    {
        if (OperatingSystem.IsWindows() && isShared) return;
        await File.WriteAllTextAsync(Target, "whole\ntorn", TestToken);
        AppendLogOptions options = isShared
            ? new AppendLogOptions { SharedAppend = true }
            : new AppendLogOptions { TornLine = TornLine.Terminate };

        await using AppendLog log = await AppendLog.OpenAsync(Target, options, TestToken);

        Assert.Equal(isShared ? -1 : 11, await log.AppendAsync("next", CommitLevel.Os, TestToken));
        Assert.Equal("whole\ntorn\nnext\n", await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact(Timeout = Limit)]
    public async Task AFileThatIsNoLog_IsNotCut()
    {
        var content = new string('c', 1_001);
        await File.WriteAllTextAsync(Target, content, TestToken);

        IOException refused = await Assert.ThrowsAsync<IOException>(async () => await AppendLog.OpenAsync(
            Target, new AppendLogOptions { MaxLineBytes = 1_000 }, TestToken));

        Assert.Contains(Target, refused.Message, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllTextAsync(Target, TestToken));
    }

    [Fact(Timeout = Limit)]
    public async Task PitfallOfAppendMode_TwoHandles_DoNotOverwriteEachOther_WhenTheFileIsShared()
    {
        if (OperatingSystem.IsWindows()) return;
        const int Lines = 2_000;
        var shared = new AppendLogOptions { SharedAppend = true };
        await using AppendLog one = await AppendLog.OpenAsync(Target, shared, TestToken);
        await using AppendLog two = await AppendLog.OpenAsync(Target, shared, TestToken);

        await Task.WhenAll(((AppendLog[])[one, two]).Select((log, number) => Task.Run(async () =>
        {
            for (var i = 0; i < Lines; i++)
                Assert.Equal(-1, await log.AppendAsync($"{number} {i}", (CommitLevel)(i % 2), TestToken));
            await log.CompleteAsync(TestToken);
        })));

        ILookup<char, string> lines = (await File.ReadAllLinesAsync(Target, TestToken)).ToLookup(line => line[0]);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"0 {i}"), lines['0']);
        Assert.Equal(Enumerable.Range(0, Lines).Select(i => $"1 {i}"), lines['1']);
    }

    [Theory(Timeout = Limit)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public async Task PitfallOfFileShare_ASecondLog_IsRefused_UnlessBothShareTheFile_AndReadersAreNot(
        bool isFirstShared, bool isSecondShared)
    {
        if (!OperatingSystem.IsLinux()) return;
        AppendLog first = await OpenAsync(isFirstShared);
        await first.AppendAsync("first", CommitLevel.Os, TestToken);

        IOException refused = await Assert.ThrowsAsync<IOException>(async () => await OpenAsync(isSecondShared));

        Assert.Contains(Target, refused.Message, StringComparison.Ordinal);
        Assert.Equal("first\n", await File.ReadAllTextAsync(Target, TestToken));
        await first.DisposeAsync();
        await using AppendLog second = await OpenAsync(isSecondShared);
        await second.AppendAsync("second", CommitLevel.Os, TestToken);
        Assert.Equal(["first", "second"], await File.ReadAllLinesAsync(Target, TestToken));

        ValueTask<AppendLog> OpenAsync(bool isShared) =>
            AppendLog.OpenAsync(Target, new AppendLogOptions { SharedAppend = isShared }, TestToken);
    }

    [Fact(Timeout = Limit)]
    public async Task OnWindows_ASharedLogIsRefused_AndElsewhereNot()
    {
        ValueTask<AppendLog> opening = AppendLog.OpenAsync(
            Target, new AppendLogOptions { SharedAppend = true }, TestToken);

        if (OperatingSystem.IsWindows())
            await Assert.ThrowsAsync<PlatformNotSupportedException>(async () => await opening);
        else
            await (await opening).DisposeAsync();
    }

    [Fact(Timeout = Limit)]
    public async Task PitfallOfPreallocation_WhatIsReserved_DoesNotShow_AndIsGivenBack()
    {
        const long Reserve = 8 * 1024 * 1024;
        await using AppendLog log = await AppendLog.OpenAsync(
            Target, new AppendLogOptions { ReserveBytes = Reserve }, TestToken);

        for (var i = 0; i < 50; i++)
        {
            await log.AppendAsync(new string('x', 99), CommitLevel.Disk, TestToken);
            Assert.Equal((i + 1) * 100, new FileInfo(Target).Length);
        }

        if (OperatingSystem.IsLinux()) Assert.InRange(await AllocatedAsync(), Reserve / 2, 2 * Reserve);
        await log.CompleteAsync(TestToken);
        Assert.Equal(5_000, new FileInfo(Target).Length);
        Assert.DoesNotContain('\0', await File.ReadAllTextAsync(Target, TestToken));
        if (OperatingSystem.IsLinux()) Assert.InRange(await AllocatedAsync(), 0, Reserve / 2);
    }

    private async Task<long> AllocatedAsync()
    {
        var start = new ProcessStartInfo("stat", ["--format=%b", Target])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using Process stat = Process.Start(start)!;
        string blocks = await stat.StandardOutput.ReadToEndAsync(TestToken);
        await stat.WaitForExitAsync(TestToken);
        return long.Parse(blocks, CultureInfo.InvariantCulture) * 512;
    }
}
