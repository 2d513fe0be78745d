using System.Net;
using System.Net.Http.Headers;

namespace AsyncKit.Http.Tests.Downloads;

/// <summary>A call that goes on where another ended, and all the answers that forbid it.</summary>
public class DownloadResumeTests : DownloadFixture
{
    [Fact]
    public async Task AfterAFailure_TheRestIsAskedFor_AndNothingIsFetchedTwice()
    {
        FetchException failure = await BreakOffAsync(60_000);
        Assert.Equal(60_000, new FileInfo(Part).Length);

        DownloadResult result = await DownloadAsync();

        Assert.Equal(FetchFailure.Status, failure.Failure);
        Assert.Equal(60_000, result.ResumedFrom);
        Assert.True(result.WasResumed);
        Assert.Equal("bytes=60000-", Ranges().Last());
        Assert.Equal("\"one\"", Stub.Calls[^1].Headers.IfRange?.EntityTag?.Tag);
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task AfterACancellation_TheRestIsAskedFor()
    {
        using var caller = new CancellationTokenSource();
        Served.BreaksAfter = 70_000;
        Served.AtBreak = async token =>
        {
            await caller.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Fetcher.DownloadAsync(Page, Target, cancellationToken: caller.Token));
        (Served.BreaksAfter, Served.AtBreak) = (null, null);

        DownloadResult result = await DownloadAsync();

        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Equal(70_000, result.ResumedFrom);
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task WhoKeepsNothing_LeavesNothing()
    {
        await BreakOffAsync(60_000, new DownloadOptions { KeepPartial = false });

        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task TheRecord_HoldsNoSecret_AndClaimsNoMoreThanThereIs()
    {
        var secret = new Uri("https://user:word@example.org/page?key=secret");
        Served.BreaksAfter = 60_000;
        await Assert.ThrowsAsync<FetchException>(
            () => Fetcher.DownloadAsync(secret, Target, cancellationToken: TestToken));

        string record = await File.ReadAllTextAsync(Record, TestToken);

        Assert.DoesNotContain("secret", record, StringComparison.Ordinal);
        Assert.DoesNotContain("word", record, StringComparison.Ordinal);
        Assert.Contains("\"saved\": 60000", record, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsNotInTheRecord_IsFetchedAgain()
    {
        await BreakOffAsync(60_000);

        // More than the rest: what of it came to the disk, nobody knows.
        await File.AppendAllBytesAsync(Part, SomeBytes(50_000, seed: 2), TestToken);

        Assert.Equal(60_000, (await DownloadAsync()).ResumedFrom);

        await AssertDownloadedAsync(Served.Content);
    }

    [Theory]
    [InlineData("{ torn")]
    [InlineData("null")]
    [InlineData("""{ "source": "of another", "eTag": "\"one\"", "length": 100000, "saved": 60000 }""")]
    public async Task ARecordThatIsTorn_OrOfAnotherAddress_CountsForNothing(string record)
    {
        await BreakOffAsync(60_000);
        await File.WriteAllTextAsync(Record, record, TestToken);

        Assert.False((await DownloadAsync()).WasResumed);

        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task APartThatIsShorterThanItsRecord_CountsForNothing()
    {
        await BreakOffAsync(60_000);
        await File.WriteAllBytesAsync(Part, Served.Content[..59_999], TestToken);

        Assert.False((await DownloadAsync()).WasResumed);

        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task Pitfall11_OnlyTheFileAsItIs_IsAskedFor()
    {
        var request = new FetchRequest(Page) { Headers = { { "Accept-Encoding", "gzip, br" } } };
        await BreakOffAsync(60_000);

        await Fetcher.DownloadAsync(request, Target, cancellationToken: TestToken);

        Assert.All(
            Stub.Calls, static call => Assert.Equal("identity", Assert.Single(call.Headers.AcceptEncoding).Value));
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task Pitfall11_WhatComesCompressedAllTheSame_IsNeverGoneOnWith()
    {
        byte[] content = Served.Content;
        Served.Content = Compressed(content);
        Served.Change = static response => response.Content.Headers.ContentEncoding.Add("gzip");
        await BreakOffAsync(60_000);
        Assert.False(File.Exists(Part));

        await DownloadAsync();

        Assert.Equal([null, null], Ranges());
        await AssertDownloadedAsync(content);
    }

    [Theory]
    [InlineData("W/\"one\"")]
    [InlineData(null)]
    public async Task Pitfall12_AWeakETag_OrNone_TellsNoVersionFromAnother(string? tag)
    {
        Served.ETag = tag;
        Served.Change = static response =>
            response.Content.Headers.LastModified = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await BreakOffAsync(60_000);
        Assert.False(File.Exists(Part));

        Assert.False((await DownloadAsync()).WasResumed);

        Assert.Equal([null, null], Ranges());
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task Pitfall13_AVersionThatHasChanged_IsFetchedFromItsBeginning()
    {
        await BreakOffAsync(60_000);
        (Served.Content, Served.ETag) = (SomeBytes(50_000, seed: 2), "\"two\"");

        DownloadResult result = await DownloadAsync();

        Assert.False(result.WasResumed);
        Assert.Equal("\"two\"", result.ETag);
        Assert.Equal("bytes=60000-", Ranges().Last());
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task Pitfall13_AServerWithoutRanges_SendsTheWhole_AndItTakesThePlaceOfThePart()
    {
        await BreakOffAsync(60_000);
        Served.HasRanges = false;

        Assert.False((await DownloadAsync()).WasResumed);

        await AssertDownloadedAsync(Served.Content);
    }

    [Theory]
    [InlineData(59_999, 99_999, 100_000L, "\"one\"")]
    [InlineData(60_000, 80_000, 100_000L, "\"one\"")]
    [InlineData(60_000, 99_999, 100_001L, "\"one\"")]
    [InlineData(60_000, 99_999, 100_000L, "\"two\"")]
    [InlineData(60_000, 99_999, 100_000L, "W/\"one\"")]
    [InlineData(60_000, 99_999, 100_000L, null)]
    public async Task Pitfall13_APartOfAnotherRangeOrVersion_IsNotPutBehind(long from, long to, long total, string? tag)
    {
        await BreakOffAsync(60_000);
        Served.Change = response =>
        {
            if (response.StatusCode is not HttpStatusCode.PartialContent) return;
            response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, to, total);
            response.Headers.Remove("ETag");
            if (tag is not null) response.Headers.TryAddWithoutValidation("ETag", tag);
        };

        DownloadResult result = await DownloadAsync();

        Assert.False(result.WasResumed);
        Assert.Equal(["bytes=60000-", null], Ranges().TakeLast(2));
        Assert.Equal([1, 2], result.Attempts.Select(static attempt => attempt.Number));
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task Pitfall13_APartForWhoAskedForTheWhole_IsAMismatch()
    {
        Served.Change = static response => response.StatusCode = HttpStatusCode.PartialContent;

        Assert.Equal(FetchFailure.ContentMismatch, (await FailDownloadAsync()).Failure);
    }

    [Fact]
    public async Task Pitfall13_AVersionThatChangesInTheMiddle_IsFetchedFromItsBeginning_Once()
    {
        var changes = 1;
        Served.BreaksAfter = 60_000;
        Served.AtBreak = _ =>
        {
            if (--changes is 0) Served.BreaksAfter = null;
            (Served.Content, Served.ETag) = (SomeBytes(100_000, seed: changes), $"\"{changes}\"");
            throw new HttpIOException(HttpRequestError.ResponseEnded, "The response ended prematurely.");
        };

        DownloadResult result = await DownloadAsync();
        await AssertDownloadedAsync(Served.Content);
        Assert.Equal([null, "bytes=60000-", null], Ranges());
        Assert.Equal("\"0\"", result.ETag);
        (changes, Served.BreaksAfter) = (2, 60_000);

        Assert.Equal(FetchFailure.ContentMismatch, (await FailDownloadAsync()).Failure);
        Assert.False((await DownloadAsync()).WasResumed);
        await AssertDownloadedAsync(Served.Content);
    }

    [Fact]
    public async Task WhenAllIsThere_TheServerSaysSo_AndNothingIsFetched()
    {
        await KeepAllAsync();

        DownloadResult result = await DownloadAsync();

        Assert.Equal(100_000, result.ResumedFrom);
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, Assert.Single(result.Attempts).StatusCode);
        await AssertDownloadedAsync(Served.Content);
    }

    [Theory]
    [InlineData(99_999L, "\"one\"")]
    [InlineData(100_000L, "\"two\"")]
    [InlineData(null, "\"one\"")]
    public async Task WhenTheServerHasAnotherLengthOrVersion_TheWholeIsFetched_Once(long? length, string tag)
    {
        await KeepAllAsync();
        int before = Stub.Calls.Count;
        Served.Change = response =>
        {
            if (response.StatusCode is not HttpStatusCode.RequestedRangeNotSatisfiable) return;
            response.Content.Headers.ContentRange = length is null ? null : new ContentRangeHeaderValue(length.Value);
            response.Headers.Remove("ETag");
            response.Headers.TryAddWithoutValidation("ETag", tag);
        };

        Assert.False((await DownloadAsync()).WasResumed);

        Assert.Equal(["bytes=100000-", null], Ranges().Skip(before));
        await AssertDownloadedAsync(Served.Content);
    }

    private static byte[] Compressed(byte[] content)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(buffer, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(content);
        return buffer.ToArray();
    }

    // All bytes come, and then the caller cancels.
    private async Task KeepAllAsync()
    {
        using var caller = new CancellationTokenSource();
        Served.BreaksAfter = 100_000;
        Served.AtBreak = async token =>
        {
            await caller.CancelAsync();
            token.ThrowIfCancellationRequested();
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Fetcher.DownloadAsync(Page, Target, cancellationToken: caller.Token));
        (Served.BreaksAfter, Served.AtBreak) = (null, null);
    }
}
