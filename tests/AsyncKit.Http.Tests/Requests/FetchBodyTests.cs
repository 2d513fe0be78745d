using System.Net;
using System.Text;
using System.Text.Json.Serialization;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Requests;

/// <summary>Bodies are sent whole at every attempt, or the attempt is the only one.</summary>
public partial class FetchBodyTests : FetcherFixture
{
    public static TheoryData<string, FetchBody, string, string> Replayable => new()
    {
        { "bytes", FetchBody.FromBytes("abc"u8.ToArray()), "abc", "application/octet-stream" },
        { "text", FetchBody.FromText("größer"), "größer", "text/plain; charset=utf-8" },
        { "json", FetchBody.FromJson(7, Json.Default.Int32), "7", "application/json; charset=utf-8" },
        {
            "form",
            FetchBody.FromForm([new("a", "1 2"), new("b", "ü")]),
            "a=1+2&b=%C3%BC",
            "application/x-www-form-urlencoded"
        },
        { "rewound", FetchBody.FromStream(Skipped("abcdef", 2), "text/css"), "cdef", "text/css" },
        { "kept", FetchBody.FromStream(new OneWayStream("abcdefgh"u8.ToArray()), "text/css"), "abcdefgh", "text/css" },
        {
            "made anew",
            FetchBody.FromFactory(static _ => new ValueTask<HttpContent>(new StringContent("new"))),
            "new",
            "text/plain; charset=utf-8"
        },
    };

    [Theory]
    [MemberData(nameof(Replayable), DisableDiscoveryEnumeration = true)]
    public async Task ABodyThatCanBeSentAgain_Is(string kind, FetchBody body, string text, string mediaType)
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Times(2).Reply(HttpStatusCode.OK);

        await FinishAsync(Fetcher.SendAsync(new FetchRequest(HttpMethod.Put, Page) { Body = body }, TestToken));

        Assert.NotEmpty(kind);
        Assert.Equal([text, text, text], Stub.Calls.Select(call => call.Body));
        Assert.All(Stub.Calls, call => Assert.Equal(mediaType, call.ContentHeaders.ContentType?.ToString()));
    }

    [Fact]
    public async Task AStreamThatCannotBeRewound_AndDoesNotFit_IsSentOnce_AndItsRealFailureSurfaces()
    {
        Options.Body.RetryBufferBytes = 5;
        Stub.OnAny().Reply(HttpStatusCode.BadGateway, "no upstream").Reply(HttpStatusCode.OK);
        var stream = new OneWayStream("more than five"u8.ToArray());
        var request = new FetchRequest(HttpMethod.Put, Page) { Body = FetchBody.FromStream(stream) };

        FetchException failure = await FailAsync(Fetcher.SendAsync(request, TestToken));

        Assert.Equal("more than five", Assert.Single(Stub.Calls).Body);
        Assert.Equal(HttpStatusCode.BadGateway, failure.StatusCode);
        Assert.Equal("no upstream", failure.BodySnippet);
        Assert.Contains("its body cannot be sent again", failure.Message, StringComparison.Ordinal);
        Assert.True(stream.CanRead);
    }

    [Fact]
    public async Task WhatMakingTheBodyThrows_FailsTheFetch()
    {
        var mistake = new InvalidOperationException("no body today");
        var request = new FetchRequest(HttpMethod.Put, Page) { Body = FetchBody.FromFactory(_ => throw mistake) };

        Assert.Same(
            mistake,
            await Assert.ThrowsAsync<InvalidOperationException>(() => Fetcher.SendAsync(request, TestToken)));
    }

    [Fact]
    public void AMediaTypeThatIsNone_IsRefused()
    {
        ArgumentException refused =
            Assert.Throws<ArgumentException>("mediaType", () => FetchBody.FromBytes(new byte[1], "no media type"));

        Assert.Contains("'no media type'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AStreamThatCannotBeRead_IsRefused()
    {
        var closed = new MemoryStream();
        closed.Dispose();

        Assert.Throws<ArgumentException>("stream", () => FetchBody.FromStream(closed));
    }

    private static MemoryStream Skipped(string text, int skipped) =>
        new(Encoding.UTF8.GetBytes(text)) { Position = skipped };

    [JsonSerializable(typeof(int))]
    private sealed partial class Json : JsonSerializerContext;
}
