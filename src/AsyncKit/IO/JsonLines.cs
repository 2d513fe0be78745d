using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using AsyncKit.Concurrency;

namespace AsyncKit.IO;

/// <summary>Reads and writes JSON Lines (also known as NDJSON): one JSON value to a line.</summary>
/// <remarks>Thread-safe. Lines without anything but blanks are left out. <see cref="JsonTypeInfo{T}"/> is what a
/// <c>JsonSerializerContext</c> has for each type: nothing is found out by reflection.</remarks>
public static class JsonLines
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? _spareBuffer;

    /// <summary>Reads the values of a file.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="typeInfo">How the type is read.</param>
    /// <param name="options">What becomes of bad lines, and how many batches are decoded at a time.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The values, in the order of the file.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="typeInfo"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its
    /// range.</exception>
    /// <exception cref="JsonException">From the enumeration: a line is not JSON of the type, and nobody is told of
    /// such. The message has the number of the line and how it begins; <see cref="JsonException.LineNumber"/> is how
    /// many lines come before it.</exception>
    /// <exception cref="IOException">From the enumeration: the file could not be opened or read.</exception>
    /// <exception cref="InvalidDataException">From the enumeration: a line is too long, or the compressed content is
    /// broken.</exception>
    public static IAsyncEnumerable<T?> ReadAsync<T>(
        string path,
        JsonTypeInfo<T> typeInfo,
        JsonLinesOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string name = Path.GetFullPath(path);
        return ReadAsync($"'{name}'", lines => new Utf8LineReader(name, lines), typeInfo, options, cancellationToken);
    }

    /// <summary>Reads the values of a stream.</summary>
    /// <param name="stream">The stream. It is disposed of when the enumeration ends, unless the options leave it open;
    /// one that is enumerated again has nothing more to give.</param>
    /// <param name="typeInfo">How the type is read.</param>
    /// <param name="options">What becomes of bad lines, and how many batches are decoded at a time.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The values, in the order of the stream.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> or <paramref name="typeInfo"/> is
    /// <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range, or the stream cannot be read.</exception>
    /// <inheritdoc cref="ReadAsync{T}(string, JsonTypeInfo{T}, JsonLinesOptions?, CancellationToken)"/>
    public static IAsyncEnumerable<T?> ReadAsync<T>(
        Stream stream,
        JsonTypeInfo<T> typeInfo,
        JsonLinesOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        if (!stream.CanRead) throw new ArgumentException("The stream must be readable, but is not.", nameof(stream));
        return ReadAsync(
            "the stream", lines => new Utf8LineReader(stream, lines), typeInfo, options, cancellationToken);
    }

    /// <summary>Writes a value as a line.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="writer">The writer. Where the line goes, and when it is safe there, is what it promises.</param>
    /// <param name="value">The value.</param>
    /// <param name="typeInfo">How the type is written; indentation that it asks for is left out.</param>
    /// <param name="cancellationToken">Ends the wait for the disk, before the line is taken.</param>
    /// <returns>A task that completes when the line is taken.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/> or <paramref name="typeInfo"/> is
    /// <see langword="null"/>.</exception>
    /// <exception cref="IOException">Lines before this one could not be written.</exception>
    public static ValueTask WriteLineAsync<T>(
        LineWriter writer, T value, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(typeInfo);

        // The writer copies in the call, so that the buffer is free again behind it. While it is in use nobody finds
        // it: what the value's converter does may come back here.
        ArrayBufferWriter<byte> buffer = _spareBuffer ?? new ArrayBufferWriter<byte>(1024);
        _spareBuffer = null;
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = typeInfo.Options.Encoder }))
            JsonSerializer.Serialize(json, value, typeInfo);
        ValueTask writing = writer.WriteLineAsync(buffer.WrittenSpan, cancellationToken);
        buffer.ResetWrittenCount();
        _spareBuffer = buffer;
        return writing;
    }

    /// <summary>Writes values as lines.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="writer">The writer; it is not completed.</param>
    /// <param name="values">The values.</param>
    /// <param name="typeInfo">How the type is written; indentation that it asks for is left out.</param>
    /// <param name="cancellationToken">Ends the work, between two lines.</param>
    /// <returns>How many were written, when all are taken.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="writer"/>, <paramref name="values"/> or
    /// <paramref name="typeInfo"/> is <see langword="null"/>.</exception>
    /// <exception cref="IOException">Lines could not be written.</exception>
    public static ValueTask<long> WriteAllAsync<T>(
        LineWriter writer,
        IAsyncEnumerable<T> values,
        JsonTypeInfo<T> typeInfo,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(values);
        ArgumentNullException.ThrowIfNull(typeInfo);
        return WriteAllCoreAsync(writer, values, typeInfo, cancellationToken);
    }

    private static IAsyncEnumerable<T?> ReadAsync<T>(
        string source,
        Func<LineReadOptions, Utf8LineReader> open,
        JsonTypeInfo<T> typeInfo,
        JsonLinesOptions? options,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(typeInfo);
        options ??= JsonLinesOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        var decoder = new JsonLineDecoder<T>(source, typeInfo, options.OnBadLine);
        return options.Limit is null
            ? ReadOneByOneAsync(open, decoder, options, cancellationToken)
            : ReadInBatchesAsync(open, decoder, options, cancellationToken);
    }

    private static async ValueTask<long> WriteAllCoreAsync<T>(
        LineWriter writer, IAsyncEnumerable<T> values, JsonTypeInfo<T> typeInfo, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        long count = 0;
        await foreach (T value in values.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            await WriteLineAsync(writer, value, typeInfo, cancellationToken).ConfigureAwait(false);
            count++;
        }

        return count;
    }

    private static async IAsyncEnumerable<T?> ReadOneByOneAsync<T>(
        Func<LineReadOptions, Utf8LineReader> open,
        JsonLineDecoder<T> decoder,
        JsonLinesOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Utf8LineReader reader = open(options.Lines);
        await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (decoder.TryDecodeNext(reader, out T? value))
            {
                yield return value;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async IAsyncEnumerable<T?> ReadInBatchesAsync<T>(
        Func<LineReadOptions, Utf8LineReader> open,
        JsonLineDecoder<T> decoder,
        JsonLinesOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions { Limit = options.Limit, PreserveOrder = true });
        IAsyncEnumerable<DecodedJsonLines<T>> batches = runner.StreamAsync(
            BatchesAsync(open, options.Lines, CancellationToken.None),
            (LineBatch batch, CancellationToken _) => new ValueTask<DecodedJsonLines<T>>(decoder.Decode(batch)),
            cancellationToken);
        await foreach (DecodedJsonLines<T> batch in batches.ConfigureAwait(false))
        {
            foreach (T? value in decoder.Unpack(batch))
            {
                yield return value;
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private static async IAsyncEnumerable<LineBatch> BatchesAsync(
        Func<LineReadOptions, Utf8LineReader> open,
        LineReadOptions options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Utf8LineReader reader = open(options);
        await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.TryReadBatch(out LineBatch batch)) yield return batch.Detach();
        }
    }
}
