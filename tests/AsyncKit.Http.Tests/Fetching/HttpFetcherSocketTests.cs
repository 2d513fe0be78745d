using System.Net;
using System.Net.Sockets;

namespace AsyncKit.Http.Tests.Fetching;

/// <summary>The fetcher on real connections that break in every way a stub cannot show.</summary>
public class HttpFetcherSocketTests
{
    private const string Ok = "HTTP/1.1 200 OK\nConnection: close";

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ConnectionsThatBreak_BeforeAndWithinTheBody_AreRetried()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Reset,
            ScriptedServer.Send($"{Ok}\nContent-Length: 10", "half"u8.ToArray()),
            ScriptedServer.Send($"{Ok}\nTransfer-Encoding: chunked", "4\r\nhalf\r\n"u8.ToArray()),
            ScriptedServer.Send($"{Ok}\nContent-Length: 5", "whole"u8.ToArray()));
        await using HttpFetcher fetcher = CreateFetcher();

        FetchResponse response = await fetcher.GetAsync(server.Root, TestToken);

        Assert.Equal("whole", response.GetString());
        Assert.Equal(
            [FetchFailure.Transport, FetchFailure.BodyTruncated, FetchFailure.BodyTruncated, null],
            response.Attempts.Select(attempt => attempt.Failure));
        Assert.Equal(HttpStatusCode.OK, response.Attempts[1].StatusCode);
    }

    [Fact]
    public async Task NobodyListening_IsAConnectFailure()
    {
        Uri address;
        await using (var server = new ScriptedServer()) address = server.Root;
        await using HttpFetcher fetcher = CreateFetcher();

        FetchException failure = await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(address, TestToken));

        Assert.Equal(FetchFailure.Connect, failure.Failure);
        Assert.Equal(4, failure.Attempts.Count);
    }

    [Fact]
    public async Task ABodyThatStalls_IsCutByTheLimitOfTheAttempt()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Stall($"{Ok}\nContent-Length: 1000"),
            ScriptedServer.Send($"{Ok}\nContent-Length: 5", "whole"u8.ToArray()));
        await using HttpFetcher fetcher = CreateFetcher(TimeSpan.FromMilliseconds(200));

        FetchResponse response = await fetcher.GetAsync(server.Root, TestToken);

        Assert.Equal("whole", response.GetString());
        Assert.Equal(FetchFailure.AttemptTimeout, response.Attempts[0].Failure);
    }

    [Fact]
    public async Task TheCallersCancellation_EndsABodyThatStalls()
    {
        await using var server = new ScriptedServer(ScriptedServer.Stall($"{Ok}\nContent-Length: 1000"));
        await using HttpFetcher fetcher = CreateFetcher();
        using var caller = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        OperationCanceledException thrown =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetcher.GetAsync(server.Root, caller.Token));

        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task ARedirect_IsFollowed_AndTheAnswerKnowsWhereItCameFrom()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Send("HTTP/1.1 302 Found\nConnection: close\nLocation: /moved/here\nContent-Length: 0"),
            ScriptedServer.Send($"{Ok}\nContent-Length: 4", "here"u8.ToArray()));
        await using HttpFetcher fetcher = CreateFetcher();

        FetchResponse response = await fetcher.GetAsync(server.Root, TestToken);

        Assert.Equal(new Uri(server.Root, "/moved/here"), response.Uri);
        Assert.Equal("here", response.GetString());
    }

    [Fact]
    public async Task RedirectsWithoutEnd_EndAfterTen()
    {
        Func<Socket, CancellationToken, Task> redirect = ScriptedServer.Send(
            "HTTP/1.1 302 Found\nConnection: close\nLocation: /again\nContent-Length: 0");
        await using var server = new ScriptedServer([.. Enumerable.Repeat(redirect, 12)]);
        await using HttpFetcher fetcher = CreateFetcher();

        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => fetcher.GetAsync(server.Root, TestToken));

        Assert.Equal(HttpStatusCode.Found, failure.StatusCode);
        Assert.Equal(11, server.Requests.Count);
    }

    [Fact]
    public async Task Cookies_AreNotKept()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Send($"{Ok}\nSet-Cookie: id=1\nContent-Length: 0"),
            ScriptedServer.Send($"{Ok}\nContent-Length: 0"));
        await using HttpFetcher fetcher = CreateFetcher();

        await fetcher.GetAsync(server.Root, TestToken);
        await fetcher.GetAsync(server.Root, TestToken);

        Assert.DoesNotContain("Cookie", server.Requests[1], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task TheLengthOfABody_IsKnownAfterwards_AlsoWhenTheServerDidNotSay()
    {
        await using var server = new ScriptedServer(
            ScriptedServer.Send($"{Ok}\nTransfer-Encoding: chunked", "5\r\nwhole\r\n0\r\n\r\n"u8.ToArray()));
        await using HttpFetcher fetcher = CreateFetcher();

        FetchResponse response = await fetcher.GetAsync(server.Root, TestToken);

        Assert.Equal(5, response.ContentHeaders.ContentLength);
    }

    private static HttpFetcher CreateFetcher(TimeSpan? attemptTimeout = null) => new(new HttpFetcherOptions
    {
        AttemptTimeout = { Timeout = attemptTimeout ?? TimeSpan.FromSeconds(10) },
        Retry = { Delay = TimeSpan.FromMilliseconds(1), UseJitter = false },
    });
}
