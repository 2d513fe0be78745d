using System.Collections.ObjectModel;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>A request that an <see cref="HttpStub"/> received, as it was when it arrived.</summary>
/// <remarks>
/// A copy: what the client does to its request afterwards does not show. What became of the request is shown as it is
/// at the moment it is asked for. Thread-safe for reading.
/// </remarks>
public sealed class HttpCall
{
    private volatile HttpCallEnd? _end;

    internal HttpCall(HttpRequestMessage request, byte[] body, DateTimeOffset receivedAt)
    {
        Request = request;
        Method = request.Method;
        Uri = request.RequestUri ?? throw new InvalidOperationException("A request to an HttpStub needs an address.");
        BodyBytes = body;
        ReceivedAt = receivedAt;

        // Headers are made by messages only, and neither of these holds anything to dispose of.
        Headers = new HttpRequestMessage().Headers;
        foreach ((string name, HeaderStringValues values) in request.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
        ContentHeaders = new ByteArrayContent(body).Headers;
        if (request.Content is null) return;
        foreach ((string name, HeaderStringValues values) in request.Content.Headers.NonValidated)
            ContentHeaders.TryAddWithoutValidation(name, values);
        HasBody = true;
    }

    /// <summary>The method.</summary>
    public HttpMethod Method { get; }

    /// <summary>The address.</summary>
    public Uri Uri { get; }

    /// <summary>The headers of the request.</summary>
    public HttpRequestHeaders Headers { get; }

    /// <summary>The headers that describe the body.</summary>
    public HttpContentHeaders ContentHeaders { get; }

    /// <summary>The body; empty when there was none.</summary>
    public ReadOnlyMemory<byte> BodyBytes { get; }

    /// <summary>The body as UTF-8 text; <see langword="null"/> when there was none.</summary>
    public string? Body => HasBody ? Encoding.UTF8.GetString(BodyBytes.Span) : null;

    /// <summary>When the request arrived, by the clock of the stub.</summary>
    public DateTimeOffset ReceivedAt { get; }

    /// <summary>The parts of the address that have names in the path of the rule that took the request.</summary>
    /// <remarks>
    /// <c>/items/{id}</c> gives the value of <c>id</c>, unescaped. Empty when that path has no names, or no rule took
    /// the request.
    /// </remarks>
    public IReadOnlyDictionary<string, string> PathValues { get; internal set; } =
        ReadOnlyDictionary<string, string>.Empty;

    /// <summary>What became of the request so far.</summary>
    public HttpCallOutcome Outcome => _end?.Outcome ?? HttpCallOutcome.Pending;

    /// <summary>The status it was answered with; <see langword="null"/> when it was not.</summary>
    public HttpStatusCode? StatusCode => _end?.StatusCode;

    /// <summary>What the client got instead of an answer: its fault or its cancellation; else
    /// <see langword="null"/>.</summary>
    public Exception? Fault => _end?.Fault;

    /// <summary>When it was answered, failed or was cancelled, by the clock of the stub; <see langword="null"/> while
    /// it waits.</summary>
    public DateTimeOffset? CompletedAt => ReceivedAt + _end?.After;

    internal HttpRequestMessage Request { get; }

    private bool HasBody { get; }

    /// <summary>The method and the address.</summary>
    /// <returns>For example <c>GET https://example.org/items</c>.</returns>
    public override string ToString() => $"{Method} {Uri.AbsoluteUri}";

    internal void End(HttpCallEnd end) => _end = end;
}
