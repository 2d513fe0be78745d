using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AsyncKit.Http;

/// <summary>A successful answer, with its whole body in memory.</summary>
/// <remarks>Thread-safe as long as nobody changes the headers; holds nothing that needs disposing.</remarks>
[DebuggerDisplay("{(int)StatusCode} {Uri,nq}, {Body.Length} bytes, Attempts = {Attempts.Count}")]
public sealed class FetchResponse
{
    internal FetchResponse(HttpResponseMessage response, Uri requestUri, byte[] body)
    {
        Uri = response.RequestMessage?.RequestUri ?? requestUri;
        StatusCode = response.StatusCode;
        Headers = response.Headers;
        ContentHeaders = response.Content.Headers;
        Bytes = body;
    }

    /// <summary>Where the answer came from: the address asked for, or the last one redirected to.</summary>
    public Uri Uri { get; }

    /// <summary>The status: a success, from 200 to 299.</summary>
    public HttpStatusCode StatusCode { get; }

    /// <summary>The headers of the answer.</summary>
    public HttpResponseHeaders Headers { get; }

    /// <summary>The headers that describe the body.</summary>
    public HttpContentHeaders ContentHeaders { get; }

    /// <summary>The whole body, decompressed.</summary>
    public ReadOnlyMemory<byte> Body => Bytes;

    /// <summary>The array behind <see cref="Body"/>, for who is alone with the answer and may give it away.</summary>
    internal byte[] Bytes { get; }

    /// <summary>What it took: every attempt in order, the successful one last.</summary>
    public IReadOnlyList<FetchAttempt> Attempts { get; internal set; } = [];

    /// <summary>
    /// Decodes the body: by its byte order mark, else by the charset of its Content-Type, else by the one that a page
    /// or an XML document names for itself within its first 1024 bytes, else as UTF-8.
    /// </summary>
    /// <returns>The text; bytes that are not valid in the encoding become U+FFFD.</returns>
    public string GetString() => BodyText.Decode(Body.Span, ContentHeaders.ContentType);

    /// <summary>Reads the body as JSON.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="typeInfo">How the type is read.</param>
    /// <returns>The value; <see langword="null"/> when the JSON is <c>null</c>.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="typeInfo"/> is <see langword="null"/>.</exception>
    /// <exception cref="JsonException">The body is not JSON of the type.</exception>
    public T? GetJson<T>(JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);

        // JSON is UTF-8 by RFC 8259; what says that it is something else is read as what it says.
        bool isUtf8 = ContentHeaders.ContentType?.CharSet is null or "utf-8" or "UTF-8";
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        if (!isUtf8) return JsonSerializer.Deserialize(GetString(), typeInfo);
        return JsonSerializer.Deserialize(Body.Span.StartsWith(mark) ? Body.Span[mark.Length..] : Body.Span, typeInfo);
    }
}
