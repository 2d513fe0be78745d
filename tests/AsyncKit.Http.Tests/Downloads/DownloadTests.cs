using System.Net.Http.Headers;
using System.Security.Cryptography;

namespace AsyncKit.Http.Tests.Downloads;

public class DownloadTests : DownloadFixture
{
    [Fact]
    public async Task TheFile_HasTheContent_AndTheResultTellsOfIt()
    {
        DownloadResult result = await DownloadAsync();

        await AssertDownloadedAsync(Served.Content);
        Assert.Equal(Target, result.Path);
        Assert.Equal(Served.Content.Length, result.Length);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Served.Content)), result.Sha256);
        Assert.Equal("\"one\"", result.ETag);
        Assert.False(result.WasResumed);
        Assert.Equal(1, Assert.Single(result.Attempts).Number);
    }

    [Fact]
    public async Task AnEmptyFile_OneWithoutLength_AndALargeOne()
    {
        Served.Content = [];
        await DownloadAsync();
        await AssertDownloadedAsync([]);
        Served.TellsLength = false;
        Served.Content = SomeBytes(3 * 1024 * 1024 + 7);

        await DownloadAsync();

        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task TheOldFile_IsUntouched_UntilTheNewOneIsWhole()
    {
        await File.WriteAllTextAsync(Target, "old", TestToken);
        Served.BreaksAfter = 50_000;
        Served.AtBreak = async token =>
        {
            Served.BreaksAfter = null;
            Assert.Equal("old", await File.ReadAllTextAsync(Target, token));
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        };

        DownloadResult result = await DownloadAsync();

        await AssertDownloadedAsync(Served.Content);
        Assert.Equal([null, "bytes=50000-"], Ranges());
        Assert.Equal([1, 2], result.Attempts.Select(static attempt => attempt.Number));
        Assert.False(result.WasResumed);
    }

    [Fact]
    public async Task ATargetThatMustNotBeReplaced_IsRefused_BeforeAnythingIsAsked_AndAtTheEnd()
    {
        var options = new DownloadOptions { Overwrite = false };
        await File.WriteAllTextAsync(Target, "old", TestToken);
        IOException early = await Assert.ThrowsAsync<IOException>(() => DownloadAsync(options));
        Assert.Contains("Overwrite is false", early.Message, StringComparison.Ordinal);
        Assert.Empty(Stub.Calls);
        File.Delete(Target);
        Served.BreaksAfter = 50_000;
        Served.AtBreak = async token =>
        {
            Served.BreaksAfter = null;
            await File.WriteAllTextAsync(Target, "meanwhile", token);
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        };

        await Assert.ThrowsAsync<IOException>(() => DownloadAsync(options));

        Assert.Equal("meanwhile", await File.ReadAllTextAsync(Target, TestToken));
        File.Delete(Target);
        Assert.Equal(Served.Content.Length, (await DownloadAsync(options)).ResumedFrom);
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task TwoAtATime_TheSecondIsRefused_AndTheFirstEndsWell()
    {
        var secondIsDone = new TaskCompletionSource();
        var isUnderWay = new TaskCompletionSource();
        Served.BreaksAfter = 50_000;
        Served.AtBreak = async token =>
        {
            isUnderWay.TrySetResult();
            await secondIsDone.Task.WaitAsync(TimeSpan.FromSeconds(30), token);
            Served.BreaksAfter = null;
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        };
        Task<DownloadResult> first = DownloadAsync();
        await isUnderWay.Task.WaitAsync(TimeSpan.FromSeconds(30), TestToken);

        IOException refused = await Assert.ThrowsAsync<IOException>(() => DownloadAsync());
        secondIsDone.SetResult();
        await first;

        Assert.Contains("is being downloaded already", refused.Message, StringComparison.Ordinal);
        await AssertDownloadedAsync(Served.Content);
    }

    [Theory]
    [InlineData("attachment; filename=\"report.pdf\"", "report.pdf")]
    [InlineData("attachment; filename=\"../../etc/passwd\"", "passwd")]
    [InlineData("attachment; filename*=UTF-8''..%2F..%2Fevil%00.sh", "evil_.sh")]
    [InlineData(null, "page")]
    public async Task InAFolder_TheServerNamesTheFile_ButLeadsNowhereElse(string? disposition, string name)
    {
        Served.Change = response =>
            response.Content.Headers.TryAddWithoutValidation("Content-Disposition", disposition);

        DownloadResult result = await Fetcher.DownloadAsync(Page, Folder, cancellationToken: TestToken);

        Assert.Equal(Path.Combine(Folder, name), result.Path);
        Assert.Equal([result.Path], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task InAFolder_APartIsFound_OnceTheServerHasNamedTheFile()
    {
        Served.Change = static response => response.Content.Headers.ContentDisposition =
            new ContentDispositionHeaderValue("attachment") { FileName = "file.bin" };
        await BreakOffAsync(60_000);

        DownloadResult result =
            await Fetcher.DownloadAsync(Page, Folder + Path.DirectorySeparatorChar, cancellationToken: TestToken);

        Assert.Equal(60_000, result.ResumedFrom);
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task ANameWithNoRoomForAnEnding_IsDownloadedAllTheSame()
    {
        string target = Path.Combine(Folder, new string('n', 255));

        await Fetcher.DownloadAsync(Page, target, cancellationToken: TestToken);

        Assert.Equal([target], Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task AFileThatIsTooLarge_IsRefused_ByItsLengthOrWhenItHasCome()
    {
        var options = new DownloadOptions { MaxBytes = 99_999 };
        Assert.Equal(FetchFailure.TooLarge, (await FailDownloadAsync(options)).Failure);
        Served.TellsLength = false;

        Assert.Equal(FetchFailure.TooLarge, (await FailDownloadAsync(options)).Failure);

        Assert.False(File.Exists(Target));
        await DownloadAsync(options with { MaxBytes = 100_000 });
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task AFailureBeforeTheBody_LeavesNothing()
    {
        Served.IsGone = true;

        FetchException failure = await FailDownloadAsync();

        Assert.Equal(FetchFailure.Status, failure.Failure);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task ADiskThatCannotBeWritten_IsAnIOException()
    {
        string target = Path.Combine(Folder, "missing", "file.bin");
        await Assert.ThrowsAsync<DirectoryNotFoundException>(
            () => Fetcher.DownloadAsync(Page, target, cancellationToken: TestToken));

        // A device that is full from its first byte on, where the record would be.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "/dev/full is Linux's.");
        Served.Content = SomeBytes(9 * 1024 * 1024);
        File.CreateSymbolicLink($"{Record}.new", "/dev/full");
        IOException full = await Assert.ThrowsAsync<IOException>(() => DownloadAsync());

        Assert.Contains("No space left", full.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public void WhatCannotBeDownloaded_IsRefusedAtTheCall()
    {
        var post = new FetchRequest(HttpMethod.Post, Page);
        var range = new FetchRequest(Page) { Headers = { Range = new RangeHeaderValue(0, 9) } };

        Assert.Throws<ArgumentException>("request", () => { _ = Fetcher.DownloadAsync(post, Target); });
        Assert.Throws<ArgumentException>("request", () => { _ = Fetcher.DownloadAsync(range, Target); });
        Assert.Throws<ArgumentException>("path", () => { _ = Fetcher.DownloadAsync(Page, ""); });
        Assert.StartsWith(
            "MaxBytes must be at least 1, but was 0.", Refuse(new() { MaxBytes = 0 }), StringComparison.Ordinal);
        Assert.StartsWith(
            "Sha256 must be 64 hexadecimal digits, but was 'abc'.",
            Refuse(new() { Sha256 = "abc" }),
            StringComparison.Ordinal);

        string Refuse(DownloadOptions options) =>
            Assert.Throws<ArgumentException>(nameof(options), () => { _ = DownloadAsync(options); }).Message;
    }
}
