using System.Net;
using System.Net.Sockets;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Security;

/// <summary>Whom the connector refuses, through a real handler and on real sockets.</summary>
public sealed class OutboundConnectorTests : IDisposable
{
    private static readonly OutboundPolicy _public = OutboundPolicy.PublicInternetOnly;

    // One address of the loopback stands for the public internet, and the others for what is behind the firewall.
    private static readonly OutboundPolicy _oneAddress = _public.AllowNetwork(IPNetwork.Parse("127.0.0.1/32"));

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    public OutboundConnectorTests() => _listener.Start();

    private int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public void Dispose() => _listener.Dispose();

    [Fact]
    public async Task Pitfall16_TheAddressReallyUsed_IsChecked()
    {
        // The handler follows the redirect itself, so nobody above it sees where it leads; and the name it leads to
        // says nothing about the address behind it.
        await using var server = new ScriptedServer(ScriptedServer.Send(
            $"HTTP/1.1 302 Found\nConnection: close\nLocation: http://harmless.example:{Port}/\nContent-Length: 0"));
        var resolver = new ScriptedResolver("127.0.0.1");
        using var client = new GuardedClient(_public.AllowHost("start.example"), resolver) { FollowsRedirects = true };

        Exception refused = await client.FailAsync($"http://start.example:{server.Root.Port}/");

        Assert.Equal(
            "Connecting to 'harmless.example' was refused: 127.0.0.1 belongs to 127.0.0.0/8 (loopback).",
            refused.Message);
        Assert.Equal(["start.example 127.0.0.1"], client.Connected);
        Assert.False(_listener.Pending());
    }

    [Fact]
    public async Task Localhost_IsRefused_UnlessItsNetworkIsAllowed()
    {
        using var client = new GuardedClient(_public);
        Assert.IsAssignableFrom<IOException>(await client.FailAsync($"http://localhost:{Port}/"));
        Assert.False(_listener.Pending());

        await using ScriptedServer server = Serve();
        using var allowed = new GuardedClient(
            _public.AllowNetwork(IPNetwork.Parse("127.0.0.0/8")).AllowNetwork(IPNetwork.Parse("::1/128")));
        Assert.Equal(HttpStatusCode.OK, await allowed.GetAsync($"http://localhost:{server.Root.Port}/"));
        Assert.Equal(["localhost 127.0.0.1"], allowed.Connected);
    }

    [Fact]
    public async Task Rebinding_TheNameIsResolvedOnce_AndTheCheckedAddressIsConnectedTo()
    {
        await using ScriptedServer server = Serve();
        var resolver = new ScriptedResolver("127.0.0.1", "127.0.0.2");
        using var client = new GuardedClient(_oneAddress, resolver);

        Assert.Equal(HttpStatusCode.OK, await client.GetAsync($"http://rebind.example:{server.Root.Port}/"));
        Assert.Equal(1, resolver.Questions);

        // The next connection is checked anew.
        Exception refused = await client.FailAsync($"http://rebind.example:{server.Root.Port}/");
        Assert.Contains("127.0.0.2 belongs to", refused.Message, StringComparison.Ordinal);
        Assert.Equal(2, resolver.Questions);
        Assert.Equal(["rebind.example 127.0.0.1"], client.Connected);
    }

    [Theory]
    [InlineData("127.0.0.1 10.0.0.1")]
    [InlineData("10.0.0.1 127.0.0.1")]
    [InlineData("127.0.0.1 8.8.8.8 fd00::1")]
    [InlineData("127.0.0.1 ::ffff:10.0.0.1")]
    public async Task AnAnswerThatMixesPublicAndPrivate_IsRefusedWhole(string answer)
    {
        using var client = new GuardedClient(_oneAddress, new ScriptedResolver(answer));

        Assert.Contains(
            "Connecting to 'mixed.example' was refused: ",
            (await client.FailAsync($"http://mixed.example:{Port}/")).Message,
            StringComparison.Ordinal);
        Assert.False(_listener.Pending());
    }

    [Theory]
    [InlineData("intranet.example", "intranet.example", true)]
    [InlineData("intranet.example", "INTRANET.Example", true)]
    [InlineData("intranet.example", "intranet.example.", true)]
    [InlineData("intranet.example.", "intranet.example", true)]
    [InlineData("intranet.example", "www.intranet.example", false)]
    [InlineData("*.intranet.example", "www.intranet.example", true)]
    [InlineData("*.intranet.example", "a.b.intranet.example", true)]
    [InlineData("*.intranet.example", "intranet.example", false)]
    [InlineData("*.intranet.example", "evilintranet.example", false)]
    [InlineData("*.intranet.example", "intranet.example.evil.example", false)]
    [InlineData("Bücher.example", "bücher.example", true)]
    [InlineData("bücher.example", "xn--bcher-kva.example", true)]
    public async Task AllowHost_AllowsTheName_WhateverItsAddress(string pattern, string host, bool isAllowed)
    {
        await using ScriptedServer server = Serve();
        using var client = new GuardedClient(_public.AllowHost(pattern), new ScriptedResolver("127.0.0.1"));
        var uri = $"http://{host}:{server.Root.Port}/";

        if (isAllowed) Assert.Equal(HttpStatusCode.OK, await client.GetAsync(uri));
        else Assert.IsAssignableFrom<IOException>(await client.FailAsync(uri));
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f.1")]
    [InlineData("0177.0.0.1")]
    [InlineData("127.1")]
    [InlineData("[::ffff:127.0.0.1]")]
    public async Task AHostThatIsAnAddress_IsNotResolved_AndCheckedHoweverItIsSpelled(string host)
    {
        await using ScriptedServer server = Serve();
        var resolver = new ScriptedResolver("8.8.8.8");
        using var client = new GuardedClient(_public, resolver);
        using var allowed = new GuardedClient(_oneAddress, resolver);
        var uri = $"http://{host}:{server.Root.Port}/";

        Assert.Contains(
            "127.0.0.1 belongs to 127.0.0.0/8", (await client.FailAsync(uri)).Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await allowed.GetAsync(uri));
        Assert.EndsWith(" 127.0.0.1", Assert.Single(allowed.Connected), StringComparison.Ordinal);
        Assert.Equal(0, resolver.Questions);
    }

    [Fact]
    public async Task APort_IsCheckedHereToo_BeforeAnythingIsResolved()
    {
        var resolver = new ScriptedResolver("127.0.0.1");
        using var client = new GuardedClient(OutboundPolicy.Unrestricted.WithPorts(80, 443), resolver);

        Exception refused = await client.FailAsync($"http://example.org:{Port}/");

        Assert.Equal(
            $"Connecting to 'example.org' was refused: port {Port} is not among 80, 443.", refused.Message);
        Assert.Equal(0, resolver.Questions);
    }

    private static ScriptedServer Serve() =>
        new(ScriptedServer.Send("HTTP/1.1 200 OK\nConnection: close\nContent-Length: 0"));
}
