using System.Diagnostics;
using Polly;
using Polly.Retry;

namespace AsyncKit.Http;

/// <summary>Fetches over HTTP with retries, and time and size limits that cover the body.</summary>
/// <remarks>
/// <para>Make one and keep it for the life of the application: it holds the connections. Thread-safe.</para>
/// <para><b>The guarantee.</b> A fetch returns a successful answer with its whole body, or throws. An answer that is
/// not a success, a connection that breaks, also in the middle of the body, and an attempt that takes too long are
/// retried as <see cref="FetchRetryOptions"/> says. <c>Retry-After</c> is honoured: never earlier than asked, and never
/// slept on when it asks for more than the fetch may wait.</para>
/// <para><b>Errors.</b> <see cref="FetchException"/>, with the kind of failure and every attempt. A caller's
/// cancellation is an <see cref="OperationCanceledException"/> with the caller's token, also when it shows as an
/// aborted connection.</para>
/// <para>Bodies may come compressed, with gzip or Brotli; they are decompressed, and one that breaks off is found
/// out.</para>
/// <para>The connections it makes itself follow up to 10 redirects, but never from https to http, keep no cookies, and
/// are renewed every 2 minutes, so that changes in DNS are seen.</para>
/// </remarks>
[DebuggerDisplay(
    "MaxRetryAttempts = {_options.Retry.MaxRetryAttempts}, Total = {_options.TotalRequestTimeout.Timeout}")]
public sealed class HttpFetcher : IAsyncDisposable, IDisposable
{
    private readonly HttpFetcherOptions _options;
    private readonly HttpMessageInvoker _transport;
    private readonly AttemptSender _sender;
    private readonly ResiliencePipeline<Fetch> _retry;

    /// <summary>Makes a fetcher with connections of its own.</summary>
    /// <param name="options">The limits and retries; the defaults when <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; the message names it, its rule and its value.
    /// </exception>
    public HttpFetcher(HttpFetcherOptions? options = null)
        : this(
            new HttpMessageInvoker(new SocketsHttpHandler
            {
                MaxAutomaticRedirections = 10,
                PooledConnectionLifetime = TimeSpan.FromMinutes(2),
                UseCookies = false,
            }),
            options ?? new HttpFetcherOptions())
    {
    }

    /// <summary>Makes a fetcher over a transport of the caller's: a handler chain, or a stub in a test.</summary>
    /// <param name="transport">What sends the requests. It stays the caller's, and is not disposed.</param>
    /// <param name="options">The limits and retries; the defaults when <see langword="null"/>.</param>
    /// <exception cref="ArgumentNullException"><paramref name="transport"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; the message names it, its rule and its value.
    /// </exception>
    public HttpFetcher(HttpMessageHandler transport, HttpFetcherOptions? options = null)
        : this(
            new HttpMessageInvoker(
                transport ?? throw new ArgumentNullException(nameof(transport)), disposeHandler: false),
            options ?? new HttpFetcherOptions())
    {
    }

    private HttpFetcher(HttpMessageInvoker transport, HttpFetcherOptions options)
    {
        _options = HttpFetcherOptions.CheckedCopy(options);
        _transport = transport;
        _sender = new AttemptSender(transport, _options);
        _retry = BuildRetry(_options);
    }

    /// <summary>Fetches a resource, its whole body included.</summary>
    /// <param name="uri">An absolute address with the scheme http or https.</param>
    /// <param name="cancellationToken">Ends the fetch at once, also while it waits between attempts.</param>
    /// <returns>The successful answer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="uri"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="uri"/> is not an absolute http or https address.</exception>
    /// <exception cref="FetchException">The fetch failed for good.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The fetcher was disposed.</exception>
    public Task<FetchResponse> GetAsync(Uri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        if (!uri.IsAbsoluteUri || uri.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException(
                $"An absolute http or https address was expected, but '{uri}' is none.", nameof(uri));
        }

        return GetCoreAsync(uri, cancellationToken);
    }

    /// <summary>Fetches a resource as bytes.</summary>
    /// <returns>The whole body, decompressed.</returns>
    /// <inheritdoc cref="GetAsync"/>
    public Task<byte[]> GetBytesAsync(Uri uri, CancellationToken cancellationToken = default) =>
        SelectAsync(GetAsync(uri, cancellationToken), static response => response.Bytes);

    /// <summary>Fetches a resource as text, decoded as <see cref="FetchResponse.GetString"/> does.</summary>
    /// <returns>The text.</returns>
    /// <inheritdoc cref="GetAsync"/>
    public Task<string> GetStringAsync(Uri uri, CancellationToken cancellationToken = default) =>
        SelectAsync(GetAsync(uri, cancellationToken), static response => response.GetString());

    /// <summary>
    /// Releases the connections the fetcher made, each as soon as it is not in use. A fetch that would begin an attempt
    /// after that fails with <see cref="ObjectDisposedException"/>; an attempt under way may still end well.
    /// </summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose() => _transport.Dispose();

    private static async Task<T> SelectAsync<T>(Task<FetchResponse> fetch, Func<FetchResponse, T> selector) =>
        selector(await fetch.ConfigureAwait(false));

    private static ResiliencePipeline<Fetch> BuildRetry(HttpFetcherOptions options)
    {
        var builder = new ResiliencePipelineBuilder<Fetch> { TimeProvider = options.TimeProvider };
        if (options.Retry.MaxRetryAttempts is 0) return builder.Build();

        var retry = new RetryStrategyOptions<Fetch>
        {
            Name = "AsyncKit.Http.Retry",
            MaxRetryAttempts = options.Retry.MaxRetryAttempts,
            BackoffType = DelayBackoffType.Exponential,
            Delay = options.Retry.Delay,
            MaxDelay = options.Retry.MaxDelay,
            UseJitter = options.Retry.UseJitter,
            ShouldHandle = static args => new ValueTask<bool>(args.Outcome.Result is { ShouldRetry: true }),
            OnRetry = static args =>
            {
                args.Outcome.Result!.BeforeRetry(args.RetryDelay);
                return default;
            },
        };
        if (options.Retry.Randomizer is not null) retry.Randomizer = options.Retry.Randomizer;
        return builder.AddRetry(retry).Build();
    }

    private async Task<FetchResponse> GetCoreAsync(Uri uri, CancellationToken cancellationToken)
    {
        var fetch = new Fetch(uri, _sender, _options);
        await OwnTimeout.RunAsync(
            token => _retry.ExecuteAsync(static (fetch, token) => fetch.AttemptAsync(token), fetch, token),
            _options.TotalRequestTimeout.Timeout,
            _options.TimeProvider,
            e => throw fetch.FailByTotalTimeout(e),
            cancellationToken).ConfigureAwait(false);
        return fetch.Complete();
    }
}
