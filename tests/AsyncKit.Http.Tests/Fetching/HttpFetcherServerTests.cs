using System.Net;
using AsyncKit.Http.Tests.Servers;
using Microsoft.AspNetCore.Http;

namespace AsyncKit.Http.Tests.Fetching;

/// <summary>The fetcher against a real server, on real sockets, that does everything wrong.</summary>
public sealed class HttpFetcherServerTests : IAsyncLifetime
{
    private static readonly byte[] _content = [.. Enumerable.Range(0, 300_000).Select(i => (byte)(i * 31))];
    private FaultServer _server = null!;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public static TheoryData<string, FetchFailure> FaultsThatPass => new()
    {
        { nameof(Fault.Reset), FetchFailure.Transport },
        { nameof(Fault.ResetAfter), FetchFailure.Transport },
        { nameof(Fault.EndlessChunks), FetchFailure.Transport },
        { nameof(Fault.Stall), FetchFailure.AttemptTimeout },
        { nameof(Fault.StallInBody), FetchFailure.AttemptTimeout },
        { nameof(Fault.Drip), FetchFailure.AttemptTimeout },
    };

    public async ValueTask InitializeAsync() => _server = await FaultServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [MemberData(nameof(FaultsThatPass))]
    public async Task AFaultThatPasses_IsRetried(string fault, FetchFailure expected)
    {
        RequestDelegate behaviour = fault switch
        {
            nameof(Fault.Reset) => Fault.Reset,
            nameof(Fault.ResetAfter) => Fault.ResetAfter(500),
            nameof(Fault.EndlessChunks) => Fault.EndlessChunks,
            nameof(Fault.Stall) => Fault.Stall,
            nameof(Fault.StallInBody) => Fault.StallInBody,
            _ => Fault.Drip(TimeSpan.FromMilliseconds(20)),
        };
        Uri address = _server.On("/", behaviour, Fault.Answer("well"));
        await using HttpFetcher fetcher = Create(attempt: TimeSpan.FromMilliseconds(400));

        FetchResponse response = await fetcher.GetAsync(address, TestToken);

        Assert.Equal("well", response.GetString());
        Assert.Equal(2, response.Attempts.Count);
        FetchFailure actual = response.Attempts[0].Failure!.Value;
        Assert.True(
            actual == expected || (expected is FetchFailure.Transport && actual is FetchFailure.BodyTruncated),
            $"{fault} was taken for {actual}: {response.Attempts[0].Error}");
        Assert.Equal(IPAddress.Loopback, response.Attempts[1].RemoteAddress);
    }

    [Fact]
    public async Task Pitfall04_ABrokenConnection_IsKnownByItsType_AndNotByItsSource()
    {
        using var strange = new StrangeSourceHandler();
        await using var fetcher = new HttpFetcher(strange, new HttpFetcherOptions { Retry = { MaxRetryAttempts = 0 } });

        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(_server.Root, TestToken));

        Assert.Equal(FetchFailure.Connect, failure.Failure);
    }

    [Fact]
    public async Task ResetsWithinTheHeaders_AreRetried()
    {
        await using var server = new ScriptedServer(
            async (socket, token) =>
            {
                await socket.SendAsync("HTTP/1.1 200 OK\r\nContent-Le"u8.ToArray(), token);
                socket.LingerState = new System.Net.Sockets.LingerOption(enable: true, seconds: 0);
            },
            ScriptedServer.Send("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 4", "well"u8.ToArray()));
        await using HttpFetcher fetcher = Create();

        FetchResponse response = await fetcher.GetAsync(server.Root, TestToken);

        Assert.Equal("well", response.GetString());
        Assert.Equal(FetchFailure.Transport, response.Attempts[0].Failure);
    }

    [Fact]
    public async Task SlowAccept_IsAnAttemptThatTookTooLong()
    {
        // Nobody accepts: the connection is made by the system, and nothing answers.
        using var listener = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using HttpFetcher fetcher = Create(attempt: TimeSpan.FromMilliseconds(100), retries: 1);

        FetchException failure = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.GetAsync(new Uri($"http://{listener.LocalEndpoint}/"), TestToken));

        Assert.Equal(FetchFailure.AttemptTimeout, failure.Failure);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task ABomb_IsFoundWhileItUnfolds(string coding)
    {
        Uri address = _server.On("/", Fault.Bomb(coding));
        await using var fetcher = new HttpFetcher(new HttpFetcherOptions { Body = { MaxDecompressionRatio = 50 } });

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(address, TestToken));

        Assert.Equal(FetchFailure.DecompressionBomb, failure.Failure);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task AFloodOfHeaders_IsRefused_AndNotRetried()
    {
        Uri address = _server.On("/", Fault.FloodOfHeaders);
        await using HttpFetcher fetcher = Create();

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(address, TestToken));

        Assert.Equal(FetchFailure.Transport, failure.Failure);
        Assert.Single(_server.Requests);
    }

    [Fact]
    public async Task ALoopOfRedirects_Ends()
    {
        Uri address = _server.On("/a", Fault.RedirectTo("/b"));
        _server.On("/b", Fault.RedirectTo("/a", StatusCodes.Status308PermanentRedirect));
        await using HttpFetcher fetcher = Create();

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(address, TestToken));

        Assert.Equal(FetchFailure.RedirectLimit, failure.Failure);
        Assert.Equal(11, _server.Requests.Count);
    }

    [Fact]
    public async Task ACertificateNobodyTrusts_IsRefused_AndNotRetried()
    {
        await using HttpFetcher fetcher = Create();

        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(_server.Secure, TestToken));

        Assert.Equal(FetchFailure.Tls, failure.Failure);
        Assert.Single(failure.Attempts);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task AStreamOfHttp2ThatIsRefused_IsSentAgain_WhateverItsMethod()
    {
        _server.On("/", Fault.RefuseStream, Fault.Answer("well"));
        await using HttpFetcher fetcher = Create();
        var request = new FetchRequest(HttpMethod.Post, _server.Http2)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Body = FetchBody.FromText("pay"),
        };

        FetchResponse response = await fetcher.SendAsync(request, TestToken);

        Assert.Equal("well", response.GetString());
        Assert.Equal(HttpVersion.Version20, response.Attempts[^1].HttpVersion);
        Assert.Equal(2, _server.Requests.Count);
    }

    [Fact]
    public async Task AStream_GoesOnWhereTheConnectionBroke()
    {
        Uri address = _server.On(
            "/", Fault.Resource(_content, 100_000), Fault.Resource(_content, 70_000), Fault.Resource(_content));
        await using HttpFetcher fetcher = Create();

        await using FetchStream stream = await fetcher.OpenReadAsync(address, TestToken);
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, TestToken);

        Assert.Equal(_content, bytes.ToArray());
        Assert.Equal(3, _server.Requests.Count);
        Assert.Equal(3, stream.Attempts.Count);
    }

    [Fact]
    public async Task AStreamWhoseResourceChanged_IsNotGluedTogether()
    {
        Uri address = _server.On("/", Fault.Resource(_content, 100_000), Fault.Resource(_content, tag: "\"v2\""));
        await using HttpFetcher fetcher = Create();

        await using FetchStream stream = await fetcher.OpenReadAsync(address, TestToken);
        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => stream.CopyToAsync(Stream.Null, TestToken));

        Assert.Equal(FetchFailure.ContentMismatch, failure.Failure);
    }

    [Fact]
    public async Task AStreamThatStalls_GoesOn()
    {
        Uri address = _server.On("/", Fault.StallInBody, Fault.Answer("again"));
        await using HttpFetcher fetcher = Create(idle: TimeSpan.FromMilliseconds(200));

        await using FetchStream stream = await fetcher.OpenReadAsync(address, TestToken);
        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => stream.CopyToAsync(Stream.Null, TestToken));

        // It names no version of itself, so that nothing can be put behind what came.
        Assert.Equal(FetchFailure.BodyStalled, failure.Failure);
        Assert.Contains("00:00:00.2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task APauseOfTheHost_IsKept_OnTheRealClock()
    {
        Uri address = _server.On("/", Fault.BusyFor(1), Fault.Answer("well"));
        await using HttpFetcher fetcher = Create();
        long started = TimeProvider.System.GetTimestamp();

        await fetcher.GetAsync(address, TestToken);

        Assert.True(TimeProvider.System.GetElapsedTime(started) >= TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task AnAddressThatIsNotPublic_IsNotConnectedTo()
    {
        await using var fetcher =
            new HttpFetcher(new HttpFetcherOptions { Outbound = OutboundPolicy.PublicInternetOnly });

        FetchException failure = await Assert.ThrowsAsync<FetchException>(
            () => fetcher.GetAsync(new Uri($"http://localhost:{_server.Root.Port}/"), TestToken));

        Assert.Equal(FetchFailure.Blocked, failure.Failure);
        Assert.Single(failure.Attempts);
        Assert.Empty(_server.Requests);
    }

    [Fact]
    public async Task ARedirectToAnAddressThatIsNotPublic_IsNotFollowed()
    {
        Uri address = _server.On("/", Fault.RedirectTo($"http://127.0.0.2:{_server.Root.Port}/secret"));
        await using var fetcher = new HttpFetcher(new HttpFetcherOptions
        {
            Outbound = OutboundPolicy.PublicInternetOnly.AllowNetwork(IPNetwork.Parse("127.0.0.1/32")),
        });

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(address, TestToken));

        Assert.Equal(FetchFailure.Blocked, failure.Failure);
        Assert.Single(_server.Requests);
    }

    private static HttpFetcher Create(TimeSpan? attempt = null, int retries = 3, TimeSpan? idle = null) =>
        new(new HttpFetcherOptions
        {
            AttemptTimeout = { Timeout = attempt ?? TimeSpan.FromSeconds(10) },
            Retry = { Delay = TimeSpan.FromMilliseconds(1), UseJitter = false, MaxRetryAttempts = retries },
            Body = { IdleTimeout = idle ?? TimeSpan.FromSeconds(30) },
        });

    private sealed class StrangeSourceHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new TaskCanceledException("too long", new TimeoutException()) { Source = "Somebody.Elses.Assembly" };
    }
}
