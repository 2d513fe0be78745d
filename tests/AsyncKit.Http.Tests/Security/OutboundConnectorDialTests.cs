using System.Net;
using System.Net.Sockets;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Security;

/// <summary>How the connector finds the address that answers, and what becomes of the other sockets.</summary>
public class OutboundConnectorDialTests
{
    private static readonly OutboundPolicy _loopback =
        OutboundPolicy.PublicInternetOnly.AllowNetwork(IPNetwork.Parse("127.0.0.0/8"));

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnAddressThatRefuses_IsFollowedByTheNext_AtOnce()
    {
        await using ScriptedServer server = Serve();
        using var client = new GuardedClient(
            _loopback, new ScriptedResolver("127.0.0.2 127.0.0.3 127.0.0.1"), new ManualTimeProvider());

        Assert.Equal(HttpStatusCode.OK, await client.GetAsync($"http://three.example:{server.Root.Port}/"));

        Assert.Equal(["three.example 127.0.0.1"], client.Connected);
        Assert.True(client.HasNoDelay);
    }

    [Fact]
    public async Task AllAddressesRefuse_TheFirstRefusalIsTold()
    {
        int port;
        await using (ScriptedServer server = Serve()) port = server.Root.Port;
        using var client = new GuardedClient(_loopback, new ScriptedResolver("127.0.0.2 127.0.0.1"));

        var thrown = Assert.IsType<SocketException>(await client.FailAsync($"http://two.example:{port}/"));

        Assert.Equal(SocketError.ConnectionRefused, thrown.SocketErrorCode);
        Assert.Empty(client.Connected);
    }

    [Fact]
    public async Task ANameWithoutAddresses_IsANameThatCannotBeResolved()
    {
        using var client = new GuardedClient(_loopback, new ScriptedResolver(""));

        HttpRequestException thrown =
            await Assert.ThrowsAsync<HttpRequestException>(() => client.GetAsync("http://none.example/"));

        Assert.Equal(HttpRequestError.NameResolutionError, thrown.HttpRequestError);
    }

    [Fact]
    public async Task AnAddressThatIsSilent_IsFollowedByTheNext_After250Milliseconds_AndItsSocketIsClosed()
    {
        await using ScriptedServer server = Serve();
        using var deaf = new DeafListener("127.0.0.2", server.Root.Port);
        var time = new ManualTimeProvider();
        using var client = new GuardedClient(_loopback, new ScriptedResolver("127.0.0.2 127.0.0.1"), time);

        Task<HttpStatusCode> fetch = client.GetAsync($"http://two.example:{server.Root.Port}/");
        await deaf.KnockingIsAsync(1);
        await AdvanceUntilAsync(time, () => fetch.IsCompleted);

        Assert.Equal(HttpStatusCode.OK, await fetch);
        Assert.True(time.GetUtcNow() - time.Start >= TimeSpan.FromMilliseconds(250));
        Assert.Equal(["two.example 127.0.0.1"], client.Connected);
        await deaf.KnockingIsAsync(0);
    }

    [Fact]
    public async Task TheFamilies_TakeTurns()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var ipv4 = new TcpListener(IPAddress.Loopback, 0);
        ipv4.Start();
        int port = ((IPEndPoint)ipv4.LocalEndpoint).Port;
        using var ipv6 = new TcpListener(IPAddress.IPv6Loopback, port);
        ipv6.Start();
        using var client = new GuardedClient(
            _loopback.AllowNetwork(IPNetwork.Parse("::1/128")),
            new ScriptedResolver("127.0.0.2 127.0.0.1 ::1"),
            new ManualTimeProvider())
        {
            OnConnected = () => throw new InvalidOperationException("Enough is known."),
        };

        Assert.IsType<InvalidOperationException>(await client.FailAsync($"http://three.example:{port}/"));

        Assert.Equal(["three.example ::1"], client.Connected);
        Assert.False(ipv4.Pending());
    }

    [Fact]
    public async Task TheLimit_EndsConnecting_AndSaysSo_AlsoWhenAnAddressHasFailedBefore()
    {
        using var deaf = new DeafListener("127.0.0.2");
        var time = new ManualTimeProvider();
        using var client = new GuardedClient(
            _loopback, new ScriptedResolver("127.0.0.3 127.0.0.2"), time, TimeSpan.FromSeconds(5));

        Task<Exception> failure = client.FailAsync($"http://deaf.example:{deaf.Port}/");
        await deaf.KnockingIsAsync(1);
        await AdvanceUntilAsync(time, () => failure.IsCompleted);

        Assert.Equal(
            $"Connecting to deaf.example:{deaf.Port} took longer than 00:00:05.",
            Assert.IsType<TimeoutException>(await failure).Message);
        await deaf.KnockingIsAsync(0);
    }

    [Fact]
    public async Task TheLimit_EndsAResolverThatDoesNotListen()
    {
        var time = new ManualTimeProvider();
        var resolver = new ScriptedResolver(ScriptedResolver.Never);
        using var client = new GuardedClient(_loopback, resolver, time, TimeSpan.FromSeconds(5));

        Task<Exception> failure = client.FailAsync("http://never.example/");
        await AsyncAssert.EventuallyAsync(() => Assert.Equal(1, resolver.Questions));
        time.Advance(TimeSpan.FromSeconds(5));

        Assert.IsType<TimeoutException>(await failure);
    }

    [Fact]
    public async Task Cancelling_ClosesTheSockets()
    {
        using var deaf = new DeafListener("127.0.0.2");
        using var caller = new CancellationTokenSource();
        using var client = new GuardedClient(_loopback) { ConnectToken = caller.Token };

        Task<HttpStatusCode> fetch = client.GetAsync($"http://127.0.0.2:{deaf.Port}/");
        await deaf.KnockingIsAsync(1);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => fetch);
        await deaf.KnockingIsAsync(0);
        Assert.Empty(client.Connected);
    }

    [Fact]
    public async Task WhatTheReportThrows_FailsTheConnection_AndClosesItsSocket()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var client = new GuardedClient(_loopback)
        {
            OnConnected = () => throw new InvalidOperationException("of the caller"),
        };

        Exception thrown = await client.FailAsync($"http://{listener.LocalEndpoint}/");

        Assert.Equal("of the caller", Assert.IsType<InvalidOperationException>(thrown).Message);
        using Socket accepted = await listener.AcceptSocketAsync(TestToken);
        Assert.Equal(0, await accepted.ReceiveAsync(new byte[1], TestToken));
    }

    private static ScriptedServer Serve() =>
        new(ScriptedServer.Send("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 0"));

    private static async Task AdvanceUntilAsync(ManualTimeProvider time, Func<bool> isOver)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!isOver() && !limit.IsCancellationRequested)
        {
            time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Yield();
        }
    }
}
