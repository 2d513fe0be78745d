using System.Net;
using System.Net.Http.Json;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Hosting;

public class FetchResilienceHandlerTests : HandlerFixture
{
    public static TheoryData<string> Contents => ["bytes", "text", "form", "json", "seekable", "stream", "multipart"];

    protected override HttpMessageHandler Inner(HttpStub stub) => new StampingHandler("X-Inside", stub);

    [Fact]
    public async Task TheLastAnswer_IsReturned_WhateverItsStatus()
    {
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError, "why").Forever();
        using var request = new HttpRequestMessage(HttpMethod.Get, Page);

        using HttpResponseMessage response = await FinishAsync(Client.SendAsync(request, TestToken));

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal("why", await response.Content.ReadAsStringAsync(TestToken));
        Assert.Same(request, response.RequestMessage);
        Assert.Equal([0, 2, 6, 14], Arrivals());
    }

    [Fact]
    public async Task AWaitThatIsTooLong_IsNotSlept_AndTheAnswerIsReturned()
    {
        Stub.OnAny().Reply(_ => new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            Headers = { { "Retry-After", "3600" } },
        });

        using HttpResponseMessage response = await GetAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal(TimeSpan.FromHours(1), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task AFailureOfTheTransport_IsAFetchException_WithEveryAttempt()
    {
        Stub.OnAny().Throw(new HttpRequestException(HttpRequestError.ConnectionError)).Forever();

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => FinishAsync(GetAsync()));

        Assert.Equal(FetchFailure.Connect, failure.Failure);
        Assert.Equal(4, failure.Attempts.Count);
    }

    [Fact]
    public async Task TheCallersCancellation_StaysOne()
    {
        using var caller = new CancellationTokenSource();
        Stub.OnAny().Hang();
        Task<HttpResponseMessage> request = Client.GetAsync(Page, caller.Token);

        await caller.CancelAsync();

        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task Pitfall05_HeadersOfInnerHandlers_DoNotAccumulate()
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Times(2).Reply(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Get, Page) { Headers = { { "X-Mine", "1" } } };

        using HttpResponseMessage response = await FinishAsync(Client.SendAsync(request, TestToken));

        Assert.Equal(3, Stub.Calls.Count);
        Assert.All(Stub.Calls, call => Assert.Equal(["stamp"], call.Headers.GetValues("X-Inside")));
        Assert.All(Stub.Calls, call => Assert.Equal(["1"], call.Headers.GetValues("X-Mine")));
        Assert.False(request.Headers.Contains("X-Inside"));
    }

    [Theory]
    [MemberData(nameof(Contents))]
    public async Task Pitfall05_TheContent_IsSentAgain_WithItsHeaders(string kind)
    {
        Stub.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK);
        using var request = new HttpRequestMessage(HttpMethod.Put, Page) { Content = Make(kind) };
        request.Content.Headers.Add("X-Content", kind);

        using HttpResponseMessage response = await FinishAsync(Client.SendAsync(request, TestToken));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.NotNull(Stub.Calls[0].Body);
        Assert.Equal(Stub.Calls[0].Body, Stub.Calls[1].Body);
        Assert.All(Stub.Calls, call => Assert.Equal([kind], call.ContentHeaders.GetValues("X-Content")));
        Assert.All(
            Stub.Calls, call => Assert.Equal(request.Content.Headers.ContentType, call.ContentHeaders.ContentType));
    }

    [Fact]
    public async Task Pitfall05_AContentThatCannotBeSentAgain_ShowsItsRealFailure()
    {
        Options.Body.RetryBufferBytes = 10;
        Stub.OnAny().Reply(HttpStatusCode.BadGateway);
        using var request = new HttpRequestMessage(HttpMethod.Put, Page)
        {
            Content = new StreamContent(new OneWayStream(new byte[100])),
        };

        using HttpResponseMessage response = await FinishAsync(Client.SendAsync(request, TestToken));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(100, Assert.Single(Stub.Calls).BodyBytes.Length);
    }

    [Fact]
    public async Task VersionPolicyAndOptions_AreKeptForEveryAttempt()
    {
        var key = new HttpRequestOptionsKey<string>("mine");
        var seen = new List<(Version, HttpVersionPolicy, string?)>();
        using var handler = new FetchResilienceHandler(Options)
        {
            InnerHandler = new LookingHandler(message =>
            {
                message.Options.TryGetValue(key, out string? mine);
                seen.Add((message.Version, message.VersionPolicy, mine));
                return new HttpResponseMessage(seen.Count < 2 ? HttpStatusCode.BadGateway : HttpStatusCode.OK);
            }),
        };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Page)
        {
            Version = HttpVersion.Version30,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        request.Options.Set(key, "yes");

        (await FinishAsync(client.SendAsync(request, TestToken))).Dispose();

        Assert.Equal(2, seen.Count);
        Assert.All(seen, message => Assert.Equal(
            (HttpVersion.Version30, HttpVersionPolicy.RequestVersionExact, "yes"), message));
    }

    [Fact]
    public async Task WhereRedirectsLed_IsTheCallersToSee()
    {
        var last = new Uri("https://example.org/moved");
        using var handler = new FetchResilienceHandler(Options)
        {
            InnerHandler = new LookingHandler(message =>
            {
                message.RequestUri = last;
                return new HttpResponseMessage { RequestMessage = message };
            }),
        };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, Page);

        using HttpResponseMessage response = await client.SendAsync(request, TestToken);

        Assert.Equal(last, response.RequestMessage?.RequestUri);
        Assert.Same(request, response.RequestMessage);
    }

    [Fact]
    public void ABlockingSend_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Page);

        NotSupportedException refused = Assert.Throws<NotSupportedException>(() => Client.Send(request, TestToken));

        Assert.Contains("SendAsync", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hedging_SendsAnother_WhenTheFirstTakesLong()
    {
        Options.Hedging = new FetchHedgingOptions();
        Stub.OnAny().Hang().Reply(HttpStatusCode.OK, "second");
        Task<HttpResponseMessage> request = GetAsync();

        Time.Advance(TimeSpan.FromSeconds(2));
        using HttpResponseMessage response = await request.WaitAsync(TimeSpan.FromSeconds(30), TestToken);

        Assert.Equal("second", await response.Content.ReadAsStringAsync(TestToken));
        Assert.Equal([0, 2], Arrivals());
    }

    private static HttpContent Make(string kind) => kind switch
    {
        "bytes" => new ByteArrayContent([1, 2, 3]),
        "text" => new StringContent("text"),
        "form" => new FormUrlEncodedContent([new("name", "value")]),
        "json" => JsonContent.Create("json"),
        "seekable" => new StreamContent(new MemoryStream([1, 2, 3])),
        "stream" => new StreamContent(new OneWayStream([1, 2, 3])),
        _ => new MultipartFormDataContent("boundary") { { new StringContent("part"), "name" } },
    };
}
