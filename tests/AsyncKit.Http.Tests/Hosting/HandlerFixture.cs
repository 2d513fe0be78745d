using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Hosting;

/// <summary>A client with the handler over a stub, on a clock moved by hand, with delays that are exact.</summary>
public abstract class HandlerFixture : IDisposable
{
    private HttpClient? _client;

    protected HandlerFixture()
    {
        Stub = new HttpStub(Time);
        Options = new HttpFetcherOptions { TimeProvider = Time, Retry = { UseJitter = false } };
    }

    protected static Uri Page { get; } = new("https://example.org/page");

    protected static CancellationToken TestToken => TestContext.Current.CancellationToken;

    protected ManualTimeProvider Time { get; } = new();

    protected HttpStub Stub { get; }

    /// <summary>To be changed before the client is first used.</summary>
    protected HttpFetcherOptions Options { get; }

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

    /// <summary>When each request arrived, in seconds of the clock.</summary>
    protected IEnumerable<double> Arrivals() => Stub.Calls.Select(call => (call.ReceivedAt - Time.Start).TotalSeconds);

    /// <summary>Moves the clock second by second until the work has ended.</summary>
    protected async Task<T> FinishAsync<T>(Task<T> work)
    {
        for (var second = 0; second < 1_000 && !work.IsCompleted; second++) Time.Advance(TimeSpan.FromSeconds(1));
        return await work.WaitAsync(TimeSpan.FromSeconds(30), TestToken);
    }

    protected Task<HttpResponseMessage> GetAsync() =>
        Client.GetAsync(Page, HttpCompletionOption.ResponseHeadersRead, TestToken);
}
