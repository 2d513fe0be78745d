using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace AsyncKit.Http;

/// <summary>The body of a request, in a form that can be sent more than once where that is possible.</summary>
/// <remarks>
/// Bytes, text, JSON and forms can be sent again, also at a time. A stream that can seek is rewound; of one that
/// cannot, as much is kept as <see cref="FetchBodyOptions.RetryBufferBytes"/> allows. When even that does not hold the
/// whole, the request is attempted once, and the failure of that attempt is the one that is reported. A stream serves
/// one fetch at a time.
/// </remarks>
public abstract class FetchBody
{
    private protected FetchBody()
    {
    }

    /// <summary>Whether it can be sent once more, after it was sent once or in part.</summary>
    internal virtual bool CanReplay => true;

    /// <summary>Makes a body of bytes.</summary>
    /// <param name="bytes">The bytes; they must not be changed while a fetch sends them.</param>
    /// <param name="mediaType">The value of Content-Type.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="mediaType"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="mediaType"/> is not a media type.</exception>
    public static FetchBody FromBytes(ReadOnlyMemory<byte> bytes, string mediaType = "application/octet-stream") =>
        new BytesBody(bytes, Parse(mediaType));

    /// <summary>Makes a body of text, in UTF-8.</summary>
    /// <param name="text">The text.</param>
    /// <param name="mediaType">The media type, without charset.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="mediaType"/> is not a media type.</exception>
    public static FetchBody FromText(string text, string mediaType = "text/plain")
    {
        ArgumentNullException.ThrowIfNull(text);
        MediaTypeHeaderValue type = Parse(mediaType);
        type.CharSet = "utf-8";
        return new BytesBody(Encoding.UTF8.GetBytes(text), type);
    }

    /// <summary>Makes a body of JSON. The value is written at once: later changes to it have no effect.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">How it is written.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="typeInfo"/> is <see langword="null"/>.</exception>
    public static FetchBody FromJson<T>(T value, JsonTypeInfo<T> typeInfo)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        return new BytesBody(
            JsonSerializer.SerializeToUtf8Bytes(value, typeInfo),
            new MediaTypeHeaderValue("application/json") { CharSet = "utf-8" });
    }

    /// <summary>Makes a body of form fields: <c>application/x-www-form-urlencoded</c>.</summary>
    /// <param name="fields">The names and values.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="fields"/> is <see langword="null"/>.</exception>
    public static FetchBody FromForm(IEnumerable<KeyValuePair<string, string>> fields)
    {
        ArgumentNullException.ThrowIfNull(fields);
        KeyValuePair<string, string>[] copy = [.. fields];
        return new FactoryBody(_ => new ValueTask<HttpContent>(new FormUrlEncodedContent(copy)));
    }

    /// <summary>Makes a body of a stream, from its present position on. The stream stays the caller's.</summary>
    /// <param name="stream">What is read; it must stay open until the fetch has ended.</param>
    /// <param name="mediaType">The value of Content-Type.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The stream cannot be read, or <paramref name="mediaType"/> is not a media
    /// type.</exception>
    public static FetchBody FromStream(Stream stream, string mediaType = "application/octet-stream")
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead) throw new ArgumentException("The stream must be readable, but is not.", nameof(stream));
        MediaTypeHeaderValue type = Parse(mediaType);
        return stream.CanSeek ? new RewoundBody(stream, type) : new KeptBody(stream, type);
    }

    /// <summary>Makes a body anew for each attempt: for everything else.</summary>
    /// <param name="factory">Makes the content; the fetch disposes it. What it throws fails the fetch.</param>
    /// <returns>The body.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="factory"/> is <see langword="null"/>.</exception>
    public static FetchBody FromFactory(Func<CancellationToken, ValueTask<HttpContent>> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return new FactoryBody(factory);
    }

    /// <summary>Makes the content of one attempt.</summary>
    internal abstract ValueTask<HttpContent> OpenAsync(int retryBufferBytes, CancellationToken cancellationToken);

    private static MediaTypeHeaderValue Parse(string mediaType)
    {
        ArgumentNullException.ThrowIfNull(mediaType);
        return MediaTypeHeaderValue.TryParse(mediaType, out MediaTypeHeaderValue? parsed)
            ? parsed
            : throw new ArgumentException(
                $"A media type such as 'application/json' was expected, but was '{mediaType}'.", nameof(mediaType));
    }

    private sealed class BytesBody(ReadOnlyMemory<byte> bytes, MediaTypeHeaderValue type) : FetchBody
    {
        internal override ValueTask<HttpContent> OpenAsync(int retryBufferBytes, CancellationToken cancellationToken) =>
            new(new ReadOnlyMemoryContent(bytes) { Headers = { ContentType = type } });
    }

    private sealed class FactoryBody(Func<CancellationToken, ValueTask<HttpContent>> factory) : FetchBody
    {
        internal override ValueTask<HttpContent> OpenAsync(int retryBufferBytes, CancellationToken cancellationToken) =>
            factory(cancellationToken);
    }
}
