using System.Net;
using System.Net.Http.Headers;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Streams;

/// <summary>A stream goes on where its connection broke off, with the same bytes or not at all.</summary>
public class FetchStreamTests
{
    private static readonly byte[] _content = [.. Enumerable.Range(0, 100).Select(i => (byte)i)];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(50)]
    [InlineData(99)]
    public Task ABreak_IsNotNoticedByTheReader(int after) => FetchStory.RunAsync(async story =>
    {
        BreakingResource resource = Serve(story, after);

        await using FetchStream stream = await OpenAsync(story);
        byte[] bytes = await ReadToEndAsync(stream);

        Assert.Equal(_content, bytes);
        Assert.Equal(100, stream.TotalBytes);
        Assert.Equal(100, stream.BytesRead);
        Assert.Empty(resource.Breaks);
        Assert.Equal([$"bytes={after}-"], story.Stub.Calls.Skip(1).Select(call => call.Headers.Range?.ToString()));
        Assert.Equal(["\"v1\""], story.Stub.Calls.Skip(1).Select(call => call.Headers.IfRange?.ToString()));
        Assert.All(story.Stub.Calls, call => Assert.Equal("identity", call.Headers.AcceptEncoding.ToString()));
        Assert.Equal([FetchFailure.Transport, null], stream.Attempts.Select(attempt => attempt.Failure));
        Assert.Equal(after, stream.Attempts[0].BytesReceived);
    });

    [Fact]
    public Task ManyBreaks_AreManyContinuations_AsLongAsSomethingComes() => FetchStory.RunAsync(async story =>
    {
        Serve(story, [.. Enumerable.Repeat(10, 9)]);

        await using FetchStream stream = await OpenAsync(story);

        Assert.Equal(_content, await ReadToEndAsync(stream));
        Assert.Equal(10, stream.Attempts.Count);
        Assert.Equal(Enumerable.Range(1, 10), stream.Attempts.Select(attempt => attempt.Number));
    });

    [Fact]
    public Task AServerThatAlwaysBreaksAtOnce_IsGivenUp_AfterTheBackoffBetween() => FetchStory.RunAsync(async story =>
    {
        Serve(story, 10, 0, 0, 0, 0, 0);

        await using FetchStream stream = await OpenAsync(story);
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => ReadToEndAsync(stream));

        Assert.Equal(FetchFailure.Transport, failure.Failure);
        Assert.Equal([0, 0, 2, 4], story.Arrivals());
        Assert.Equal(4, failure.Attempts.Count);
        Assert.Same(failure, await Assert.ThrowsAsync<FetchException>(() => ReadToEndAsync(stream)));
    });

    [Theory]
    [InlineData(null, true)]
    [InlineData("W/\"v1\"", true)]
    [InlineData("\"v1\"", false)]
    public Task WithoutAStrongValidator_OrWithoutRanges_ABreakIsTheEnd(string? tag, bool hasRanges) =>
        FetchStory.RunAsync(async story =>
        {
            BreakingResource resource = Serve(story, 50);
            resource.ETag = tag is null ? null : EntityTagHeaderValue.Parse(tag);
            resource.HasRanges = hasRanges;

            await using FetchStream stream = await OpenAsync(story);
            FetchException failure = await Assert.ThrowsAsync<FetchException>(() => ReadToEndAsync(stream));

            Assert.Equal(FetchFailure.Transport, failure.Failure);
            Assert.Single(story.Stub.Calls);
            Assert.Equal(50, stream.BytesRead);
        });

    [Theory]
    [InlineData("changed")]
    [InlineData("another range")]
    [InlineData("another length")]
    [InlineData("another tag")]
    public Task WhatDoesNotFit_IsNotPutBehind(string what) => FetchStory.RunAsync(async story =>
    {
        var resource = new BreakingResource(_content);
        resource.Breaks.Enqueue(50);
        story.Stub.OnAny()
            .Reply(call => resource.Answer(call.Headers.Range))
            .Reply(call => Spoil(resource.Answer(call.Headers.Range), what));

        await using FetchStream stream = await OpenAsync(story);
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => ReadToEndAsync(stream));

        Assert.Equal(FetchFailure.ContentMismatch, failure.Failure);
        Assert.Equal(50, stream.BytesRead);
        Assert.Equal(2, failure.Attempts.Count);
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });

    [Fact]
    public Task TheRest_IsRetriedAsEverythingIs() => FetchStory.RunAsync(async story =>
    {
        var resource = new BreakingResource(_content);
        resource.Breaks.Enqueue(50);
        story.Stub.OnAny()
            .Reply(call => resource.Answer(call.Headers.Range))
            .Reply(HttpStatusCode.BadGateway)
            .Reply(call => resource.Answer(call.Headers.Range));

        await using FetchStream stream = await OpenAsync(story);

        Assert.Equal(_content, await ReadToEndAsync(stream));
        Assert.Equal([0, 0, 2], story.Arrivals());
        Assert.Equal(3, stream.Attempts.Count);
    });

    [Fact]
    public Task WhenTheRestIsGone_TheFailureTellsBoth() => FetchStory.RunAsync(async story =>
    {
        var resource = new BreakingResource(_content);
        resource.Breaks.Enqueue(50);
        story.Stub.OnAny().Reply(call => resource.Answer(call.Headers.Range)).Reply(HttpStatusCode.NotFound);

        await using FetchStream stream = await OpenAsync(story);
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => ReadToEndAsync(stream));

        Assert.Equal(FetchFailure.Status, failure.Failure);
        Assert.Equal(HttpStatusCode.NotFound, failure.StatusCode);
        Assert.Contains("broke off after 50 bytes", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, failure.Attempts.Count);
    });

    [Fact]
    public Task APermit_IsHeldAsLongAsTheStreamIsOpen() => FetchStory.RunAsync(async story =>
    {
        Serve(story, 50);

        FetchStream stream = await OpenAsync(story);
        Assert.Equal(1, story.Fetcher.GetSnapshot().InFlight);
        await ReadToEndAsync(stream);
        Assert.Equal(1, story.Fetcher.GetSnapshot().InFlight);
        await stream.DisposeAsync();
        await stream.DisposeAsync();

        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
        Assert.False(stream.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(new byte[1]).AsTask());
    });

    [Fact]
    public Task ABodyOverTheLimitOfStreams_Fails_AlsoAcrossABreak() => FetchStory.RunAsync(async story =>
    {
        story.Options.Body.MaxStreamBytes = 60;
        var resource = new BreakingResource(_content);
        resource.Breaks.Enqueue(50);
        story.Stub.OnAny().Reply(call =>
        {
            HttpResponseMessage response = resource.Answer(call.Headers.Range);
            response.Content.Headers.ContentLength = null;
            return response;
        }).Forever();

        await using FetchStream stream = await OpenAsync(story);
        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => ReadToEndAsync(stream));

        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
    });

    [Fact]
    public Task APromiseOverTheLimitOfStreams_FailsAtOnce() => FetchStory.RunAsync(async story =>
    {
        story.Options.Body.MaxStreamBytes = 60;
        Serve(story);

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => OpenAsync(story));

        Assert.Equal(FetchFailure.TooLarge, failure.Failure);
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });

    [Fact]
    public Task ABlockingRead_IsNotContinued() => FetchStory.RunAsync(async story =>
    {
        Serve(story, 50);
        await using FetchStream stream = await OpenAsync(story);
        var buffer = new byte[50];
        Assert.Equal(50, Fill(stream, buffer));

        FetchException failure = Assert.Throws<FetchException>(() => Fill(stream, buffer));

        Assert.Equal(FetchFailure.Transport, failure.Failure);
    });

    [Fact]
    public Task TheCallersCancellation_EndsARead_AndNothingIsLost() => FetchStory.RunAsync(async story =>
    {
        Serve(story);
        await using FetchStream stream = await OpenAsync(story);
        using var caller = new CancellationTokenSource();
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => stream.ReadAsync(new byte[10], caller.Token).AsTask());

        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Equal(_content, await ReadToEndAsync(stream));
    });

    [Fact]
    public Task WithLimitsThatEndWithTheHeaders_TheBodyIsReadAfterwards() => FetchStory.RunAsync(async story =>
    {
        story.Options.TimeoutsCoverBody = false;
        Serve(story, 50);

        FetchResponse response = await story.GetAsync();

        Assert.Equal(_content, response.Body.ToArray());
        Assert.Equal(2, response.Attempts.Count);
    });

    private static BreakingResource Serve(FetchStory story, params int[] breaks)
    {
        var resource = new BreakingResource(_content);
        foreach (int after in breaks) resource.Breaks.Enqueue(after);
        story.Stub.OnAny().Reply(call => resource.Answer(call.Headers.Range)).Forever();
        return resource;
    }

    private static HttpResponseMessage Spoil(HttpResponseMessage answer, string what)
    {
        HttpContentHeaders headers = answer.Content.Headers;
        switch (what)
        {
            case "changed":
                answer.StatusCode = HttpStatusCode.OK;
                headers.ContentRange = null;
                break;
            case "another range":
                headers.ContentRange = new ContentRangeHeaderValue(49, 99, 100);
                break;
            case "another length":
                headers.ContentRange = new ContentRangeHeaderValue(50, 99, 101);
                break;
            default:
                answer.Headers.ETag = new("\"v2\"");
                break;
        }

        return answer;
    }

    private static Task<FetchStream> OpenAsync(FetchStory story) => story.Fetcher.OpenReadAsync(FetchStory.Page);

    private static async Task<byte[]> ReadToEndAsync(FetchStream stream)
    {
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    private static int Fill(FetchStream stream, byte[] buffer) =>
        stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
}
