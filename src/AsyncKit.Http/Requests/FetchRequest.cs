using System.Diagnostics;
using System.Net.Http.Headers;
using AsyncKit.Timing;

namespace AsyncKit.Http;

/// <summary>What a fetch asks for: method, address, headers, body, and how careful to be.</summary>
/// <remarks>
/// A description, and not a message: every attempt builds a message of its own from it, so that nothing an attempt adds
/// is there twice in the next. May be used for any number of fetches, also at a time, as long as nobody changes its
/// headers meanwhile and its body can be sent again.
/// </remarks>
[DebuggerDisplay("{Method} {Uri}")]
public sealed class FetchRequest
{
    private const string IdempotencyHeader = "Idempotency-Key";
    private HttpRequestMessage? _template;

    /// <summary>Describes a GET.</summary>
    /// <param name="uri">An absolute address with the scheme http or https.</param>
    /// <inheritdoc cref="FetchRequest(HttpMethod, Uri)" path="/exception"/>
    public FetchRequest(Uri uri)
        : this(HttpMethod.Get, uri)
    {
    }

    /// <summary>Describes a request.</summary>
    /// <param name="method">The method.</param>
    /// <param name="uri">An absolute address with the scheme http or https.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="uri"/> is not an absolute http or https address.</exception>
    public FetchRequest(HttpMethod method, Uri uri)
    {
        ArgumentNullException.ThrowIfNull(method);
        ArgumentNullException.ThrowIfNull(uri);
        if (!IsWeb(uri))
        {
            throw new ArgumentException(
                $"An absolute http or https address was expected, but '{RedactedUri.Of(uri)}' is none.", nameof(uri));
        }

        Method = method;
        Uri = uri;
    }

    internal FetchRequest(HttpRequestMessage message, Uri uri)
        : this(message.Method, uri)
    {
        _template = message;
        Version = message.Version;
        VersionPolicy = message.VersionPolicy;
    }

    /// <summary>The method.</summary>
    public HttpMethod Method { get; }

    /// <summary>The address.</summary>
    public Uri Uri { get; }

    /// <summary>The headers, sent with every attempt. Those that describe the body belong to the body.</summary>
    public HttpRequestHeaders Headers => (_template ??= new HttpRequestMessage()).Headers;

    /// <summary>The body. Default: none.</summary>
    public FetchBody? Body { get; init; }

    /// <summary>Whether it may be sent more than once. Default: by its method.</summary>
    public RetrySafety Safety { get; init; }

    /// <summary>
    /// Sent as <c>Idempotency-Key</c>, the same with every attempt: a server that knows the header does the work once.
    /// With it, a request of any method may be repeated. Default: none.
    /// </summary>
    public string? IdempotencyKey { get; init; }

    /// <summary>
    /// The moment until which the fetch must have ended, if that comes before the total limit of the fetcher.
    /// Default: never.
    /// </summary>
    public Deadline Deadline { get; init; }

    /// <summary>
    /// A name for what is done, of a small set of names, for metrics and logs; <see langword="null"/> for none.
    /// </summary>
    public string? OperationName { get; init; }

    /// <summary>
    /// The version of HTTP to ask for. Default: <see langword="null"/>, as the fetcher's options say.
    /// </summary>
    public Version? Version { get; init; }

    /// <summary>What may be done when that version is not to be had. Default: a lower one.</summary>
    public HttpVersionPolicy VersionPolicy { get; init; }

    /// <summary>Whether another attempt may be made after one that may have reached the server.</summary>
    internal bool MayRepeat => Safety switch
    {
        RetrySafety.Idempotent => true,
        RetrySafety.NeverRetry => false,
        _ => IsIdempotent(Method)
            || IdempotencyKey is not null
            || _template?.Headers.Contains(IdempotencyHeader) is true,
    };

    /// <summary>Whether two may be under way at a time without anybody noticing: safe, and without a body.</summary>
    internal bool MayHedge => Body is null && Safety is not RetrySafety.NeverRetry && IsSafe(Method);

    /// <summary>The request for the rest of a representation, from a position on.</summary>
    internal FetchRequest From(long position, EntityTagHeaderValue validator)
    {
        FetchRequest rest = Copy();
        long? end = Headers.Range?.Ranges.SingleOrDefault()?.To;
        rest.Headers.Range = new RangeHeaderValue(position, end);
        rest.Headers.IfRange = new RangeConditionHeaderValue(validator);
        return rest;
    }

    /// <summary>The request for a representation as it is, not compressed on the way.</summary>
    internal FetchRequest AsItIs()
    {
        FetchRequest plain = Copy();
        plain.Headers.AcceptEncoding.Clear();
        plain.Headers.AcceptEncoding.ParseAdd("identity");
        return plain;
    }

    internal static bool IsWeb(Uri uri) => uri.IsAbsoluteUri && uri.Scheme is "http" or "https";

    /// <summary>Puts the headers, and what else a message of the caller's carried, on a message.</summary>
    internal void Decorate(HttpRequestMessage message, Version defaultVersion)
    {
        message.Version = Version ?? defaultVersion;
        message.VersionPolicy = VersionPolicy;
        if (_template is not null)
        {
            foreach ((string name, HeaderStringValues values) in _template.Headers.NonValidated)
                message.Headers.TryAddWithoutValidation(name, values);
            foreach ((string key, object? value) in _template.Options)
                ((IDictionary<string, object?>)message.Options)[key] = value;
        }

        if (IdempotencyKey is not null)
        {
            message.Headers.Remove(IdempotencyHeader);
            message.Headers.Add(IdempotencyHeader, IdempotencyKey);
        }
    }

    private FetchRequest Copy()
    {
        var copy = new FetchRequest(Method, Uri)
        {
            Body = Body,
            Safety = Safety,
            IdempotencyKey = IdempotencyKey,
            Deadline = Deadline,
            OperationName = OperationName,
            Version = Version,
            VersionPolicy = VersionPolicy,
        };
        if (_template is null) return copy;
        foreach ((string name, HeaderStringValues values) in _template.Headers.NonValidated)
            copy.Headers.TryAddWithoutValidation(name, values);
        return copy;
    }

    private static bool IsSafe(HttpMethod method) =>
        method == HttpMethod.Get || method == HttpMethod.Head || method == HttpMethod.Options
        || method == HttpMethod.Trace;

    private static bool IsIdempotent(HttpMethod method) =>
        IsSafe(method) || method == HttpMethod.Put || method == HttpMethod.Delete;
}
