namespace AsyncKit.Http.Tests.Fetching;

/// <summary>A fetcher over a stub.</summary>
public abstract class FetcherFixture : StubFixture, IAsyncDisposable
{
    private HttpFetcher? _fetcher;

    protected HttpFetcher Fetcher => _fetcher ??= new HttpFetcher(Stub, Options);

    public virtual async ValueTask DisposeAsync()
    {
        if (_fetcher is not null) await _fetcher.DisposeAsync();
        Stub.Dispose();
        GC.SuppressFinalize(this);
    }

    protected Task<FetchException> FailAsync(Task<FetchResponse> fetch) =>
        Assert.ThrowsAsync<FetchException>(() => FinishAsync(fetch));
}
