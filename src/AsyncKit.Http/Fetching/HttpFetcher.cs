using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.IO;

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
[DebuggerDisplay("{GetSnapshot()}")]
public sealed class HttpFetcher : IAsyncDisposable, IDisposable
{
    private readonly HttpMessageInvoker _transport;
    private readonly ResilienceState _state;
    private readonly FetchEngine _engine;

    /// <summary>Makes a fetcher with connections of its own.</summary>
    /// <param name="options">The limits and retries; the defaults when <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">
    /// An option is out of its range; the message names it, its rule and its value.
    /// </exception>
    public HttpFetcher(HttpFetcherOptions? options = null)
        : this(HttpFetcherOptions.CheckedCopy(options ?? new HttpFetcherOptions()), transport: null)
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
            HttpFetcherOptions.CheckedCopy(options ?? new HttpFetcherOptions()),
            new HttpMessageInvoker(
                transport ?? throw new ArgumentNullException(nameof(transport)), disposeHandler: false))
    {
    }

    private HttpFetcher(HttpFetcherOptions options, HttpMessageInvoker? transport)
    {
        _state = new ResilienceState(options);
        _transport = transport ?? new HttpMessageInvoker(OwnTransport.Create(options, _state.Hosts));
        _engine = new FetchEngine(_transport, _state);
    }

    /// <summary>Sends a request, and reads the whole body of the answer.</summary>
    /// <param name="request">What to ask for.</param>
    /// <param name="cancellationToken">Ends the fetch at once, also while it waits between attempts.</param>
    /// <returns>The successful answer.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> is <see langword="null"/>.</exception>
    /// <exception cref="FetchException">The fetch failed for good.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The fetcher was disposed.</exception>
    public Task<FetchResponse> SendAsync(FetchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return SendCoreAsync(request, cancellationToken);
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
    public Task<FetchResponse> GetAsync(Uri uri, CancellationToken cancellationToken = default) =>
        SendCoreAsync(new FetchRequest(uri), cancellationToken);

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

    /// <summary>Fetches a value as JSON.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="uri">An absolute address with the scheme http or https.</param>
    /// <param name="typeInfo">How the type is read.</param>
    /// <param name="cancellationToken">Ends the fetch at once, also while it waits between attempts.</param>
    /// <returns>The value; <see langword="null"/> when the JSON is <c>null</c>.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="JsonException">The answer is not JSON of the type. It is not fetched again.</exception>
    /// <inheritdoc cref="GetAsync" path="/exception"/>
    public Task<T?> GetJsonAsync<T>(
        Uri uri, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return SelectAsync(GetAsync(uri, cancellationToken), response => response.GetJson(typeInfo));
    }

    /// <summary>Fetches JSON Lines, value by value, while they come.</summary>
    /// <remarks>The body is a stream, as that of <see cref="OpenReadAsync(Uri, CancellationToken)"/>: it is continued
    /// where it breaks off, and its limits are those of a stream.</remarks>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="uri">An absolute address with the scheme http or https.</param>
    /// <param name="typeInfo">How the type is read.</param>
    /// <param name="options">What becomes of bad lines.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The values in order; each enumeration fetches anew.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The address or an option is not valid.</exception>
    /// <exception cref="JsonException">From the enumeration: a line is not JSON of the type.</exception>
    /// <exception cref="FetchException">From the enumeration: the fetch failed for good.</exception>
    public IAsyncEnumerable<T?> GetJsonLinesAsync<T>(
        Uri uri,
        JsonTypeInfo<T> typeInfo,
        JsonLinesOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return ReadJsonLinesAsync(new FetchRequest(uri), typeInfo, options, cancellationToken);
    }

    /// <summary>Opens a resource as a stream.</summary>
    /// <inheritdoc cref="GetAsync"/>
    /// <returns>The stream: dispose it.</returns>
    public Task<FetchStream> OpenReadAsync(Uri uri, CancellationToken cancellationToken = default) =>
        OpenCoreAsync(new FetchRequest(uri), cancellationToken);

    /// <summary>Sends a request, and opens the body of the answer as a stream.</summary>
    /// <inheritdoc cref="SendAsync"/>
    /// <returns>The stream: dispose it.</returns>
    public Task<FetchStream> OpenReadAsync(FetchRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return OpenCoreAsync(request, cancellationToken);
    }

    /// <summary>
    /// Downloads a resource into a file that appears when it is whole, and goes on where an earlier call ended.
    /// </summary>
    /// <remarks>
    /// <para>Until then the file grows under its name with <c>.part</c> behind, beside <c>.part.json</c>, which tells
    /// the version and how much is certainly on the disk. A later call for the same address and file, also by another
    /// process after this one was killed, asks for the rest, when the server names a strong ETag; it begins anew when
    /// that has changed. Two versions never mix.</para>
    /// <para>The limits on an attempt and on the fetch end with the headers; the body has those of
    /// <see cref="HttpFetcherOptions.Body"/>, and goes on by itself where a connection breaks.</para>
    /// </remarks>
    /// <param name="uri">An absolute address with the scheme http or https.</param>
    /// <param name="path">The file, in a folder that exists; or a folder, if there is one of that name or the path ends
    /// with a separator: then the server or the address names the file.</param>
    /// <param name="options">What is checked, replaced and kept.</param>
    /// <param name="progress">Is told at the beginning, at the end, and at most 4 times a second in between.</param>
    /// <param name="cancellationToken">Ends the download; what there is stays for a later call.</param>
    /// <returns>The file.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="uri"/> or <paramref name="path"/> is
    /// <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The address, the path or an option is not valid.</exception>
    /// <exception cref="FetchException">The fetch failed for good. With <see cref="FetchFailure.ContentMismatch"/>
    /// what came has another length or digest than was promised, and nothing of it is kept.</exception>
    /// <exception cref="IOException">The file could not be written, is there and must not be replaced, or is being
    /// downloaded by somebody else.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">The fetcher was disposed.</exception>
    public Task<DownloadResult> DownloadAsync(
        Uri uri,
        string path,
        DownloadOptions? options = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        Download.RunAsync(_engine, new FetchRequest(uri), path, options, progress, cancellationToken);

    /// <param name="request">What to ask for: a GET without a body and without a range.</param>
    /// <param name="path">The file, or a folder.</param>
    /// <param name="options">What is checked, replaced and kept.</param>
    /// <param name="progress">Is told at the beginning, at the end, and at most 4 times a second in between.</param>
    /// <param name="cancellationToken">Ends the download; what there is stays for a later call.</param>
    /// <exception cref="ArgumentNullException"><paramref name="request"/> or <paramref name="path"/> is
    /// <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The request, the path or an option is not valid.</exception>
    /// <inheritdoc
    /// cref="DownloadAsync(Uri, string, DownloadOptions, IProgress{DownloadProgress}, CancellationToken)"/>
    public Task<DownloadResult> DownloadAsync(
        FetchRequest request,
        string path,
        DownloadOptions? options = null,
        IProgress<DownloadProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Download.RunAsync(_engine, request, path, options, progress, cancellationToken);
    }

    /// <summary>Makes many fetches, a number at a time, and gives what became of each as it ends.</summary>
    /// <remarks>
    /// No fetch that fails ends the others. The requests are taken one by one, when there is room for them. To stop
    /// enumerating cancels the fetches under way, and waits for them.
    /// </remarks>
    /// <param name="requests">The requests.</param>
    /// <param name="maxConcurrency">How many at a time: 1 or more.</param>
    /// <param name="cancellationToken">Ends all.</param>
    /// <returns>The results, in the order in which they come.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="requests"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">From the enumeration: the caller cancelled.</exception>
    public IAsyncEnumerable<FetchResult> FetchAllAsync(
        IEnumerable<FetchRequest> requests, int maxConcurrency, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return PairAsync(
            new BoundedRunner(maxConcurrency).SettleAsync(requests, SendOneAsync, cancellationToken));
    }

    /// <inheritdoc cref="FetchAllAsync(IEnumerable{FetchRequest}, int, CancellationToken)"/>
    public IAsyncEnumerable<FetchResult> FetchAllAsync(
        IAsyncEnumerable<FetchRequest> requests, int maxConcurrency, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(requests);
        return PairAsync(
            new BoundedRunner(maxConcurrency).SettleAsync(requests, SendOneAsync, cancellationToken));
    }

    /// <summary>
    /// What the fetcher does at this moment: for each host what is under way, waits, and is held back.
    /// </summary>
    /// <returns>The numbers.</returns>
    public FetcherSnapshot GetSnapshot() => _engine.Look();

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
    public void Dispose()
    {
        _transport.Dispose();
        _engine.Dispose();
        _state.Dispose();
    }

    private static async Task<T> SelectAsync<T>(Task<FetchResponse> fetch, Func<FetchResponse, T> selector) =>
        selector(await fetch.ConfigureAwait(false));

    private static async IAsyncEnumerable<FetchResult> PairAsync(
        IAsyncEnumerable<(FetchRequest Item, Settled<FetchResponse> Outcome)> outcomes)
    {
        await foreach ((FetchRequest request, Settled<FetchResponse> outcome) in outcomes.ConfigureAwait(false))
            yield return new FetchResult(request, outcome);
    }

    private async ValueTask<FetchResponse> SendOneAsync(FetchRequest request, CancellationToken cancellationToken) =>
        await SendAsync(request, cancellationToken).ConfigureAwait(false);

    private async Task<FetchStream> OpenCoreAsync(FetchRequest request, CancellationToken cancellationToken) =>
        new(await ContinuedBody.OpenAsync(_engine, request, BodyReading.Streamed, cancellationToken)
            .ConfigureAwait(false));

    private async IAsyncEnumerable<T?> ReadJsonLinesAsync<T>(
        FetchRequest request,
        JsonTypeInfo<T> typeInfo,
        JsonLinesOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        FetchStream stream = await OpenCoreAsync(request, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            await foreach (T? value in JsonLines.ReadAsync(stream, typeInfo, options, cancellationToken)
                .ConfigureAwait(false))
            {
                yield return value;
            }
        }
    }

    private async Task<FetchResponse> SendCoreAsync(FetchRequest request, CancellationToken cancellationToken)
    {
        if (_engine.Options.TimeoutsCoverBody)
        {
            (AttemptOutcome outcome, _) = await _engine.RunAsync(request, BodyReading.Buffered, cancellationToken)
                .ConfigureAwait(false);
            return outcome.Response!;
        }

        ContinuedBody body = await ContinuedBody
            .OpenAsync(_engine, request, BodyReading.Afterwards, cancellationToken).ConfigureAwait(false);
        var stream = new FetchStream(body);
        await using (stream.ConfigureAwait(false))
        {
            byte[] bytes = await BoundedBody
                .ReadToEndAsync(stream, cancellationToken: cancellationToken).ConfigureAwait(false);
            return new FetchResponse(body.Response, body.Uri, bytes) { Attempts = body.History.Attempts };
        }
    }
}
