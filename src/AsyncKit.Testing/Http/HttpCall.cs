using System.Net.Http.Headers;

namespace AsyncKit.Testing;

/// <summary>A request that an <see cref="HttpStub"/> received.</summary>
/// <remarks>
/// Immutable, but for the headers, which are those of the request; the body was copied when it arrived.
/// </remarks>
public sealed class HttpCall
{
    internal HttpCall(HttpRequestMessage request, string? body, DateTimeOffset receivedAt)
    {
        Method = request.Method;
        Uri = request.RequestUri ?? throw new InvalidOperationException("A request to an HttpStub needs an address.");
        Headers = request.Headers;
        Request = request;
        Body = body;
        ReceivedAt = receivedAt;
    }

    /// <summary>The method.</summary>
    public HttpMethod Method { get; }

    /// <summary>The address.</summary>
    public Uri Uri { get; }

    /// <summary>The headers of the request.</summary>
    public HttpRequestHeaders Headers { get; }

    /// <summary>The body as text; <see langword="null"/> when there was none.</summary>
    public string? Body { get; }

    /// <summary>When the request arrived, by the clock of the stub.</summary>
    public DateTimeOffset ReceivedAt { get; }

    internal HttpRequestMessage Request { get; }

    /// <summary>The method and the address.</summary>
    /// <returns>For example <c>GET https://example.org/items</c>.</returns>
    public override string ToString() => $"{Method} {Uri}";
}
