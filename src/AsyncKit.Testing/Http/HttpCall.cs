using System.Net.Http.Headers;
using System.Text;

namespace AsyncKit.Testing;

/// <summary>A request that an <see cref="HttpStub"/> received, as it was when it arrived.</summary>
/// <remarks>A copy: what the client does to its request afterwards does not show. Thread-safe for reading.</remarks>
public sealed class HttpCall
{
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

    internal HttpRequestMessage Request { get; }

    private bool HasBody { get; }

    /// <summary>The method and the address.</summary>
    /// <returns>For example <c>GET https://example.org/items</c>.</returns>
    public override string ToString() => $"{Method} {Uri.AbsoluteUri}";
}
