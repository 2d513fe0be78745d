namespace AsyncKit.Http;

/// <summary>Reads bodies up to a size, and undoes their content coding.</summary>
internal static class BoundedBody
{
    private const int SnippetBytes = 4096;

    // A promise costs the server nothing: memory is given as the bytes come.
    private const int MostAtOnce = 1024 * 1024;

    /// <summary>Reads a whole body; <see langword="null"/> when it is larger than the limit.</summary>
    /// <remarks>The headers of the content then describe the body that is returned.</remarks>
    /// <exception cref="HttpIOException">The body ended before the length its headers promised.</exception>
    /// <exception cref="InvalidDataException">The body cannot be decompressed to its end.</exception>
    public static async ValueTask<byte[]?> ReadAsync(
        HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        byte[]? body = await ReadCodedAsync(content, maxBytes, cancellationToken).ConfigureAwait(false);
        if (body is not null && ContentCoding.Of(content) is { } coding)
        {
            body = ContentCoding.Decode(body, coding, maxBytes);
            content.Headers.ContentEncoding.Clear();
        }

        // Said outright: asked later, the header would want to compute it from a stream that is gone.
        content.Headers.ContentLength = body?.Length;
        return body;
    }

    /// <summary>
    /// Reads the beginning of a text, for an error's message; <see langword="null"/> when there is none to be had.
    /// </summary>
    public static async ValueTask<string?> ReadSnippetAsync(HttpContent content, CancellationToken cancellationToken)
    {
        try
        {
            Stream stream = ContentCoding.Open(
                await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), ContentCoding.Of(content));
            await using (stream.ConfigureAwait(false))
            {
                (byte[] buffer, int length) = await ReadUpToAsync(stream, SnippetBytes, SnippetBytes, cancellationToken)
                    .ConfigureAwait(false);
                return length > 0 && IsText(content)
                    ? BodyText.Decode(buffer.AsSpan(0, length), content.Headers.ContentType?.CharSet)
                    : null;
            }
        }
        catch (Exception e) when (e is OperationCanceledException || AttemptOutcome.FromTransport(e) is not null)
        {
            // The status is the failure to report; that its explanation broke off, or never came, adds nothing.
            return null;
        }
    }

    private static async ValueTask<byte[]?> ReadCodedAsync(
        HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        long? promised = content.Headers.ContentLength;
        if (promised > maxBytes) return null;

        Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            (byte[] buffer, int length) = await ReadUpToAsync(
                stream, (promised ?? 0) + 1, maxBytes + 1L, cancellationToken).ConfigureAwait(false);
            if (length > maxBytes) return null;
            if (length < promised)
            {
                throw new HttpIOException(
                    HttpRequestError.ResponseEnded, $"The body ended after {length} of {promised} bytes.");
            }

            Array.Resize(ref buffer, length);
            return buffer;
        }
    }

    private static async ValueTask<(byte[] Buffer, int Length)> ReadUpToAsync(
        Stream stream, long expected, long most, CancellationToken cancellationToken)
    {
        var buffer = new byte[Math.Min(most, Math.Clamp(expected, SnippetBytes, MostAtOnce))];
        var length = 0;
        while (length < most)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min(Array.MaxLength, Math.Min(most, buffer.Length * 2L)));
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken).ConfigureAwait(false);
            if (read is 0) break;
            length += read;
        }

        return (buffer, length);
    }

    private static bool IsText(HttpContent content) => content.Headers.ContentType?.MediaType switch
    {
        null => false,
        var type when type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) => true,
        var type => type.Contains("json", StringComparison.OrdinalIgnoreCase)
            || type.Contains("xml", StringComparison.OrdinalIgnoreCase),
    };
}
