using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AsyncKit.Http.Tests.Security;

/// <summary>A real client whose connections the connector makes.</summary>
internal sealed class GuardedClient : IDisposable
{
    private readonly object _connector;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpClient _client;

    public GuardedClient(
        OutboundPolicy policy,
        ScriptedResolver? resolver = null,
        TimeProvider? timeProvider = null,
        TimeSpan? connectTimeout = null)
    {
        _connector = OutboundAccess.CreateConnector(
            policy,
            resolver is null ? null : resolver.ResolveAsync,
            timeProvider ?? TimeProvider.System,
            connectTimeout ?? Timeout.InfiniteTimeSpan,
            (host, address) =>
            {
                Connected.Enqueue($"{host.Host} {address}");
                OnConnected?.Invoke();
            });
        _handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            ConnectCallback = ConnectAsync,
        };
        _client = new HttpClient(_handler, disposeHandler: false);
    }

    /// <summary>The hosts and the addresses that were connected to.</summary>
    public ConcurrentQueue<string> Connected { get; } = new();

    public Action? OnConnected { get; init; }

    /// <summary>Cancels connecting alone; the handler keeps that going for a while when a request is cancelled.
    /// </summary>
    public CancellationToken ConnectToken { get; init; } = TestContext.Current.CancellationToken;

    public bool FollowsRedirects
    {
        init => _handler.AllowAutoRedirect = value;
    }

    public bool HasNoDelay { get; private set; }

    public async Task<HttpStatusCode> GetAsync(string uri)
    {
        using HttpResponseMessage response = await _client.GetAsync(
            new Uri(uri), TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    /// <summary>The exception of the connector, which the handler wraps.</summary>
    public async Task<Exception> FailAsync(string uri)
    {
        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(uri));
        return thrown.InnerException!;
    }

    public void Dispose()
    {
        _client.Dispose();
        _handler.Dispose();
    }

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, ConnectToken);
        Stream stream = await OutboundAccess.ConnectAsync(_connector, context, both.Token);
        HasNoDelay = ((NetworkStream)stream).Socket.NoDelay;
        return stream;
    }
}
