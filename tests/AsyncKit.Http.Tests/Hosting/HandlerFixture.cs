using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Hosting;

/// <summary>A client with the handler over a stub.</summary>
public abstract class HandlerFixture : StubFixture, IDisposable
{
    private HttpClient? _client;

    protected HttpClient Client => _client ??= new HttpClient(
        new FetchResilienceHandler(Options) { InnerHandler = Inner(Stub) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose()
    {
        _client?.Dispose();
        Stub.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the handler sends with.</summary>
    protected virtual HttpMessageHandler Inner(HttpStub stub) => stub;

    protected Task<HttpResponseMessage> GetAsync() =>
        Client.GetAsync(Page, HttpCompletionOption.ResponseHeadersRead, TestToken);
}
