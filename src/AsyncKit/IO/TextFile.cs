using System.Runtime.CompilerServices;

namespace AsyncKit.IO;

/// <summary>Reads files of text by lines, near the speed of memory.</summary>
/// <remarks>
/// Each method is a face of <see cref="Utf8LineReader"/>, which says what they have in common: what a line is, how it is
/// waited for, and how cancellation and errors end it. What is given out to many callers at a time is independent: each
/// enumeration opens the file for itself, when it begins.
/// </remarks>
public static class TextFile
{
    /// <summary>Reads the lines of a file as strings.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How lines are read.</param>
    /// <param name="cancellationToken">Ends the reading; no line is given after it, also of those that were read.</param>
    /// <returns>The lines, in order. Leaving the loop early closes the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its range.</exception>
    /// <exception cref="IOException">From the enumeration: the file could not be opened or read.</exception>
    /// <exception cref="InvalidDataException">From the enumeration: a line is too long or no text, or the compressed
    /// content is broken.</exception>
    public static IAsyncEnumerable<string> ReadLinesAsync(
        string path, LineReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(path, options);
        return new LineSequence<string>(path, options, decodes: true, static view => view.TakeString(), cancellationToken);
    }

    /// <summary>Reads the lines of a file as UTF-8, without copying them.</summary>
    /// <returns>The lines, in order. Each is valid until the next one is asked for.</returns>
    /// <inheritdoc cref="ReadLinesAsync"/>
    public static IAsyncEnumerable<ReadOnlyMemory<byte>> ReadUtf8LinesAsync(
        string path, LineReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(path, options);
        return new LineSequence<ReadOnlyMemory<byte>>(
            path, options, decodes: false, static view => view.TakeMemory(), cancellationToken);
    }

    /// <summary>Counts the lines of a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How lines are read.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>How many lines <see cref="ReadLinesAsync"/> would give.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its range.</exception>
    /// <exception cref="IOException">The file could not be opened or read.</exception>
    /// <exception cref="InvalidDataException">A line is too long or no text, or the compressed content is broken.
    /// </exception>
    public static ValueTask<long> CountLinesAsync(
        string path, LineReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(path, options);
        return CountAsync(path, options, cancellationToken);
    }

    private static void ThrowIfInvalid(string path, LineReadOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options?.ThrowIfInvalid(nameof(options));
    }

    private static async ValueTask<long> CountAsync(
        string path, LineReadOptions? options, CancellationToken cancellationToken)
    {
        var reader = new Utf8LineReader(path, options);
        await using ConfiguredAsyncDisposable closing = reader.ConfigureAwait(false);
        long count = 0;
        while (await reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (reader.TryReadBatch(out LineBatch batch)) count += batch.Count;
        }

        return count;
    }
}
