using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Fetching;

/// <summary>
/// A fetcher over a stub in a test on virtual time, for stories in which fetches wait for each other.
/// </summary>
internal sealed class FetchStory : IAsyncDisposable
{
    private readonly DateTimeOffset _start;
    private HttpFetcher? _fetcher;

    private FetchStory(TestEnv env)
    {
        Env = env;
        _start = env.Time.GetUtcNow();
        Stub = new HttpStub(env.Time);
        Options = new HttpFetcherOptions { TimeProvider = env.Time, Retry = { UseJitter = false } };
    }

    public static Uri Page { get; } = new("https://example.org/page");

    public TestEnv Env { get; }

    public HttpStub Stub { get; }

    /// <summary>To be changed before the fetcher is first used.</summary>
    public HttpFetcherOptions Options { get; }

    public HttpFetcher Fetcher => _fetcher ??= new HttpFetcher(Stub, Options);

    public static Task RunAsync(Func<FetchStory, Task> tell) => AsyncTest.RunAsync(
        async env =>
        {
            await using var story = new FetchStory(env);
            await tell(story);
        },
        cancellationToken: TestContext.Current.CancellationToken);

    public Task<FetchResponse> GetAsync(CancellationToken cancellationToken = default) =>
        Fetcher.GetAsync(Page, cancellationToken);

    public Task<FetchResponse> GetAsync(string address) => Fetcher.GetAsync(new Uri(Page, address));

    public Task<FetchException> FailAsync() => Assert.ThrowsAsync<FetchException>(() => GetAsync());

    public Task<FetchException> FailAsync(string address) =>
        Assert.ThrowsAsync<FetchException>(() => GetAsync(address));

    public Task DelayAsync(double seconds) => Env.DelayAsync(TimeSpan.FromSeconds(seconds));

    /// <summary>When each request arrived, in seconds of the clock.</summary>
    public IEnumerable<double> Arrivals() => Stub.Calls.Select(call => (call.ReceivedAt - _start).TotalSeconds);

    public DateTimeOffset At(double seconds) => _start.AddSeconds(seconds);

    public async ValueTask DisposeAsync()
    {
        if (_fetcher is not null) await _fetcher.DisposeAsync();
        Stub.Dispose();
    }
}
