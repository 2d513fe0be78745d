using System.Runtime.CompilerServices;
using AsyncKit.Concurrency;

namespace AsyncKit.IO;

/// <summary>Reads files of text by lines, near the speed of memory.</summary>
/// <remarks>
/// Each method is a face of <see cref="Utf8LineReader"/>, which says what they have in common: what a line is, how it
/// is waited for, and how cancellation and errors end it. What is given out to many callers at a time is independent:
/// each enumeration opens the file for itself, when it begins.
/// </remarks>
public static class TextFile
{
    /// <summary>Reads the lines of a file as strings.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">How lines are read.</param>
    /// <param name="cancellationToken">Ends the reading; no line is given after it, also of those that were
    /// read.</param>
    /// <returns>The lines, in order. Leaving the loop early closes the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its
    /// range.</exception>
    /// <exception cref="IOException">From the enumeration: the file could not be opened or read.</exception>
    /// <exception cref="InvalidDataException">From the enumeration: a line is too long or no text, or the compressed
    /// content is broken.</exception>
    public static IAsyncEnumerable<string> ReadLinesAsync(
        string path, LineReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(path, options);
        return new LineSequence<string>(
            path, options, decodes: true, static view => view.TakeString(), cancellationToken);
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
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its
    /// range.</exception>
    /// <exception cref="IOException">The file could not be opened or read.</exception>
    /// <exception cref="InvalidDataException">A line is too long or no text, or the compressed content is broken.
    /// </exception>
    public static ValueTask<long> CountLinesAsync(
        string path, LineReadOptions? options = null, CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(path, options);
        return CountAsync(path, options, cancellationToken);
    }

    /// <summary>Reads the last lines of a file, in a time that does not depend on what comes before them.</summary>
    /// <param name="path">The file, in UTF-8. Its length at the beginning counts.</param>
    /// <param name="count">How many lines: zero or more.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The lines, in the order of the file; fewer when it has fewer.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is negative.</exception>
    /// <exception cref="IOException">The file could not be opened or read, or was cut meanwhile.</exception>
    /// <exception cref="InvalidDataException">A line is longer than 16 MiB.</exception>
    public static ValueTask<string[]> ReadLastLinesAsync(
        string path, int count, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return ReadLastAsync(Path.GetFullPath(path), count, cancellationToken);
    }

    /// <summary>Reads the lines of a file from the last to the first.</summary>
    /// <param name="path">The file, in UTF-8. Its length at the beginning counts: what is appended meanwhile is not
    /// seen.
    /// </param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The lines, the last one first.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty.</exception>
    /// <exception cref="IOException">From the enumeration: the file could not be opened or read, or was cut meanwhile.
    /// </exception>
    /// <exception cref="InvalidDataException">From the enumeration: a line is longer than 16 MiB.</exception>
    public static IAsyncEnumerable<string> ReadLinesBackwardAsync(
        string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadBackwardAsync(Path.GetFullPath(path), cancellationToken);
    }

    /// <summary>Gives the lines of a file as they are written, like <c>tail -F</c>: through appends, truncation,
    /// rotation, deletion and creation.</summary>
    /// <remarks>
    /// <para>Each line is given once and in order, when its break has been written. A file that is renamed is read to
    /// its end before the one that took its name; one that is not there yet is waited for.</para>
    /// <para>The file is looked at in intervals that grow while nothing is written, and at once when the file system
    /// says that something was. Not seen is what comes and goes between two looks: a file that is cut and has grown
    /// beyond its old length again, or one that was renamed twice.</para>
    /// </remarks>
    /// <param name="path">The file, in UTF-8.</param>
    /// <param name="options">Where to begin, and how often to look.</param>
    /// <param name="cancellationToken">Ends the following: it has no other end.</param>
    /// <returns>The lines. Leaving the loop closes the file.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its
    /// range.</exception>
    /// <exception cref="IOException">From the enumeration: the file is there, and could not be opened or
    /// read.</exception>
    /// <exception cref="InvalidDataException">From the enumeration: a line is too long.</exception>
    public static IAsyncEnumerable<FollowedLine> Follow(
        string path, FollowOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= FollowOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        return FollowAsync(Path.GetFullPath(path), options, cancellationToken);
    }

    /// <summary>Makes one value of all lines of a file, several parts of it at a time.</summary>
    /// <remarks>
    /// A file of UTF-8 is cut into parts between lines; each is folded by itself, and what comes out is merged in the
    /// order of the file. The result is that of one fold over all lines when <paramref name="merge"/> is to two parts
    /// what
    /// <paramref name="fold"/> is to their lines. What cannot be cut (compressed, of another encoding, read from a
    /// checkpoint) is folded as one.
    /// </remarks>
    /// <typeparam name="TAccumulate">The type of the value.</typeparam>
    /// <param name="path">The file.</param>
    /// <param name="seed">Makes the value of no lines: once for each part, and once for the whole.</param>
    /// <param name="fold">Takes a line into the value of its part; called by several threads, for one part by
    /// one.</param>
    /// <param name="merge">Makes one value of two, the first of lines before those of the second.</param>
    /// <param name="limit">How many parts are worked on at a time; it may be shared with others.</param>
    /// <param name="options">How lines are read. There is no reading ahead: each part has its own thread.</param>
    /// <param name="cancellationToken">Ends the work, between two buffers.</param>
    /// <returns>The value of all lines.</returns>
    /// <exception cref="ArgumentNullException">A delegate or the limit is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its
    /// range.</exception>
    /// <exception cref="IOException">The file could not be opened or read.</exception>
    /// <exception cref="InvalidDataException">A line is too long or no text. The number of the line is told from the
    /// beginning of its part.</exception>
    public static Task<TAccumulate> AggregateAsync<TAccumulate>(
        string path,
        Func<TAccumulate> seed,
        LineFolder<TAccumulate> fold,
        Func<TAccumulate, TAccumulate, TAccumulate> merge,
        ConcurrencyLimit limit,
        LineReadOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ThrowIfInvalid(path, options);
        ArgumentNullException.ThrowIfNull(seed);
        ArgumentNullException.ThrowIfNull(fold);
        ArgumentNullException.ThrowIfNull(merge);
        ArgumentNullException.ThrowIfNull(limit);
        return new FileAggregation<TAccumulate>(Path.GetFullPath(path), seed, fold, merge, options)
            .RunAsync(limit, cancellationToken);
    }

    private static void ThrowIfInvalid(string path, LineReadOptions? options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options?.ThrowIfInvalid(nameof(options));
    }

    private static async ValueTask<string[]> ReadLastAsync(string path, int count, CancellationToken cancellationToken)
    {
        using BackwardLines lines = await BackwardLines.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        var last = new List<string>();
        while (last.Count < count && await lines.MoveNextAsync(cancellationToken).ConfigureAwait(false))
            last.Add(lines.Current);
        last.Reverse();
        return [.. last];
    }

    private static async IAsyncEnumerable<string> ReadBackwardAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using BackwardLines lines = await BackwardLines.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        while (await lines.MoveNextAsync(cancellationToken).ConfigureAwait(false)) yield return lines.Current;
    }

    private static async IAsyncEnumerable<FollowedLine> FollowAsync(
        string path, FollowOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var follower = new FileFollower(path, options);
        while (true) yield return await follower.NextAsync(cancellationToken).ConfigureAwait(false);
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
