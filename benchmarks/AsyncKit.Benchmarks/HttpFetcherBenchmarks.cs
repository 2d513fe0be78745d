using AsyncKit.Http;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace AsyncKit.Benchmarks;

/// <summary>
/// GETs of 2 KiB, 64 at a time, from a server in the same process: by an <see cref="HttpClient"/>, through a bare
/// pipeline of Polly.Core with the same strategies, and by a <see cref="HttpFetcher"/> with everything on.
/// </summary>
[MemoryDiagnoser]
[ShortRunJob]
public class HttpFetcherBenchmarks : IAsyncDisposable
{
    private const int Requests = 6_400;
    private const int AtATime = 64;

    private readonly byte[] _body = new byte[2048];
    private WebApplication _server = null!;
    private Uri _address = null!;
    private HttpClient _client = null!;
    private HttpFetcher _fetcher = null!;
    private ResiliencePipeline<byte[]> _pipeline = null!;

    [GlobalSetup]
    public async Task StartAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(context =>
        {
            context.Response.ContentLength = _body.Length;
            return context.Response.Body.WriteAsync(_body).AsTask();
        });
        await _server.StartAsync();
        _address = new Uri(_server.Urls.Single());
        _client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false });
        _fetcher = new HttpFetcher();
        _pipeline = new ResiliencePipelineBuilder<byte[]>()
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(30) })
            .AddRetry(new RetryStrategyOptions<byte[]>())
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<byte[]>())
            .AddTimeout(new TimeoutStrategyOptions { Timeout = TimeSpan.FromSeconds(10) })
            .Build();
    }

    [GlobalCleanup]
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _fetcher.DisposeAsync();
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = Requests)]
    public Task HttpClientAsync() => RepeatAsync(static self => self._client.GetByteArrayAsync(self._address));

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task PollyAsync() => RepeatAsync(static self => self._pipeline.ExecuteAsync(
        static (self, token) => new ValueTask<byte[]>(self._client.GetByteArrayAsync(self._address, token)),
        self,
        CancellationToken.None).AsTask());

    [Benchmark(OperationsPerInvoke = Requests)]
    public Task HttpFetcherAsync() => RepeatAsync(static self => self._fetcher.GetBytesAsync(self._address));

    private Task RepeatAsync(Func<HttpFetcherBenchmarks, Task<byte[]>> get) =>
        Task.WhenAll(Enumerable.Range(0, AtATime).Select(async _ =>
        {
            for (var i = 0; i < Requests / AtATime; i++) await get(this);
        }));
}
