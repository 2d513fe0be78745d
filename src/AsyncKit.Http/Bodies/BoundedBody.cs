namespace AsyncKit.Http;

/// <summary>Reads whole bodies into memory, and the beginnings of those that explain a failure.</summary>
internal static class BoundedBody
{
    private const int SnippetBytes = 4 * 1024;
    private const int SnippetWireBytes = 64 * 1024;

    // A promise costs the server nothing: it is believed up to here.
    private const int MostAtOnce = 1024 * 1024;
    private const int FirstBytes = 16 * 1024;

    private static readonly TimeSpan _snippetTime = TimeSpan.FromSeconds(2);

    /// <summary>Reads a whole body; the headers of the content then describe what is returned.</summary>
    /// <returns>The body, and how many bytes of it came over the wire.</returns>
    /// <exception cref="BodyTooLargeException">
    /// The body is larger than <see cref="FetchBodyOptions.MaxBytes"/>.
    /// </exception>
    /// <exception cref="BodyBombException">It is larger than it may become by decompression.</exception>
    /// <exception cref="BodyStalledException">It did not come, or came too slowly.</exception>
    /// <exception cref="HttpIOException">It is not as long as its headers promised.</exception>
    /// <exception cref="InvalidDataException">It cannot be decompressed to its end.</exception>
    public static async ValueTask<(byte[] Body, long WireBytes)> ReadAsync(
        HttpContent content,
        FetchBodyOptions options,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        Stream raw = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        if (PlainLength(content, options) is { } promised)
        {
            await using (raw.ConfigureAwait(false))
                return (await ReadPlainAsync(raw, promised, cancellationToken).ConfigureAwait(false), promised);
        }

        GuardedBody body = GuardedBody.Over(raw, content.Headers, options, options.MaxBytes, timeProvider);
        await using (body.ConfigureAwait(false))
        {
            // What is decompressed has no length in its headers any longer.
            long? length = content.Headers.ContentLength;
            byte[] bytes = length <= MostAtOnce
                ? await ReadExactlyAsync(body, (int)length, cancellationToken).ConfigureAwait(false)
                : await ReadToEndAsync(body, length is null ? FirstBytes : MostAtOnce, cancellationToken)
                    .ConfigureAwait(false);

            // Said outright: asked later, the header would want to compute it from a stream that is gone.
            content.Headers.ContentLength = bytes.Length;
            return (bytes, body.WireBytes);
        }
    }

    /// <summary>Reads what is left of a stream, which has a limit of its own.</summary>
    public static async ValueTask<byte[]> ReadToEndAsync(
        Stream body, int firstBytes = FirstBytes, CancellationToken cancellationToken = default)
    {
        using var buffer = new BodyBuffer(firstBytes);
        while (await body.ReadAsync(buffer.Free, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            buffer.Add(read);
        return buffer.ToArray();
    }

    /// <summary>
    /// Reads the beginning of a text, for an error's message; <see langword="null"/> when there is none to be had.
    /// </summary>
    /// <remarks>Reads 4 KiB at most, and for 2 seconds at most; what has come by then is given.</remarks>
    public static async ValueTask<string?> ReadSnippetAsync(
        HttpContent content,
        FetchBodyOptions options,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        if (!IsText(content)) return null;
        using var patience = new CancellationTokenSource(_snippetTime, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        var snippet = new byte[SnippetBytes];
        var length = 0;
        try
        {
            Stream raw = await content.ReadAsStreamAsync(either.Token).ConfigureAwait(false);
            GuardedBody body = GuardedBody.Over(
                raw, content.Headers, options, maxBytes: null, timeProvider, SnippetWireBytes);
            await using (body.ConfigureAwait(false))
            {
                while (length < snippet.Length
                    && await body.ReadAsync(snippet.AsMemory(length), either.Token).ConfigureAwait(false)
                        is > 0 and var read)
                {
                    length += read;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException || TransportFailure.Is(e))
        {
            // The status is the failure to report; that its explanation broke off, or never came, adds nothing.
        }

        return length > 0 ? BodyText.Decode(snippet.AsSpan(0, length), content.Headers.ContentType) : null;
    }

    // What most bodies are: not compressed, of a length that is known, small, and under no limit on time of their own.
    // The guard has nothing to do there but to count.
    private static int? PlainLength(HttpContent content, FetchBodyOptions options) =>
        content.Headers.ContentLength is { } length
        && length <= Math.Min(MostAtOnce, options.MaxBytes)
        && options.IdleTimeout == Timeout.InfiniteTimeSpan && options.MinBytesPerSecond is null
        && !content.Headers.NonValidated.Contains("Content-Encoding")
            ? (int)length
            : null;

    private static async ValueTask<byte[]> ReadPlainAsync(Stream raw, int length, CancellationToken cancellationToken)
    {
        byte[] bytes = length is 0 ? [] : new byte[length];
        var count = 0;
        while (count < length)
        {
            int read = await raw.ReadAsync(bytes.AsMemory(count), cancellationToken).ConfigureAwait(false);
            count += read;
            if (read is 0) WireBody.ThrowIfShort(count, length);
        }

        // That nothing follows: a transport of a caller's may not look.
        WireBody.ThrowIfLong(
            count + await raw.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false), length);
        return bytes;
    }

    private static async ValueTask<byte[]> ReadExactlyAsync(
        GuardedBody body, int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await body.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);

        // Only to hear that nothing follows: the guard does not let it pass.
        await body.ReadAsync(new byte[1], cancellationToken).ConfigureAwait(false);
        return bytes;
    }

    private static bool IsText(HttpContent content) => content.Headers.ContentType?.MediaType switch
    {
        null => false,
        var type when type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) => true,
        var type => type.Contains("json", StringComparison.OrdinalIgnoreCase)
            || type.Contains("xml", StringComparison.OrdinalIgnoreCase),
    };
}
