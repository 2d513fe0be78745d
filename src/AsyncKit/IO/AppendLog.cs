using System.Buffers;
using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AsyncKit.IO;

/// <summary>A file that many producers append lines to, each of whom may wait until its line is on the disk.</summary>
/// <remarks>
/// <para><b>Group commit.</b> Lines that come while others are written are written together, and all who wait for the
/// disk share one flush. So a thousand producers wait about as long as one.</para>
/// <para><b>Order.</b> Lines are in the file in the order of the calls. A call that has no room for its line waits,
/// first come, first served, and nobody overtakes it.</para>
/// <para><b>Whole lines.</b> A line is written with its line break or, after a crash, cut off when the log is opened
/// again; see <see cref="AppendLogOptions.TornLine"/>. It is never read back as part of another.</para>
/// <para><b>Cancellation.</b> A wait for room that is cancelled has taken nothing. Once the line is in the log it
/// stays: the token then ends the wait for the level alone.</para>
/// <para><b>Errors.</b> When a write or a flush fails, the log has failed for good, as the system may have dropped what
/// it could not write: the lines of that write, those behind it, and every later call fail with an
/// <see cref="IOException"/>. <see cref="Fault"/> is the first cause. What was reported before stands; a line that
/// failed may be in the file all the same. Lines that nobody waited for are not lost in silence: the next call says so,
/// and so does <see cref="CompleteAsync"/>.</para>
/// <para>Code that awaits goes on in the thread pool or in its context. A wait is awaited once. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{Path,nq}, IsCompleted = {_queue.IsCompleted}, Fault = {Fault}")]
public sealed class AppendLog : IAsyncDisposable
{
    private const int MostCharsOnStack = 512;

    private readonly AppendLogOptions _options;
    private readonly RollingFile? _days;
    private readonly LogQueue _queue;
    private readonly LogPump _pump;
    private bool _disposed;

    private AppendLog(string path, AppendLogOptions options, RollingFile file)
    {
        Path = path;
        _options = options;
        if (options.Roll is { Daily: true }) _days = file;
        _queue = new LogQueue(this, new LogBatches(options, file.Length, _days is null ? 0 : file.Day));
        _pump = new LogPump(_queue, file, options.CompleteLevel is CommitLevel.Disk);
    }

    /// <summary>The full path of the file.</summary>
    public string Path { get; }

    /// <summary>Why the log has failed; <see langword="null"/> as long as it has not.</summary>
    public Exception? Fault => _queue.Fault;

    // Nobody asks a clock where days do not matter.
    private int Today => _days is null ? 0 : _days.Today;

    /// <summary>Opens a log, or makes it, to append to what is there.</summary>
    /// <param name="path">The file; its folder must exist. It has to be readable too.</param>
    /// <param name="options">How the log works.</param>
    /// <param name="cancellationToken">Is asked before the file is opened.</param>
    /// <returns>The log.</returns>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its range.
    /// </exception>
    /// <exception cref="IOException">The file cannot be opened or mended, or another log has it open.</exception>
    /// <exception cref="UnauthorizedAccessException">The file or its folder does not permit it.</exception>
    /// <exception cref="PlatformNotSupportedException">Windows, with <see cref="AppendLogOptions.SharedAppend"/>.
    /// </exception>
    public static ValueTask<AppendLog> OpenAsync(
        string path, AppendLogOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        options ??= new AppendLogOptions();
        options.ThrowIfInvalid(nameof(options));
        string fullPath = System.IO.Path.GetFullPath(path);

        // Opening blocks for as long as the disk takes: not on the caller's thread.
        return new ValueTask<AppendLog>(Task.Run(
            () => new AppendLog(fullPath, options, new RollingFile(fullPath, options)), cancellationToken));
    }

    /// <summary>Appends a line of text, as UTF-8; the line break (<c>\n</c>) is added for it.</summary>
    /// <param name="line">The line, without a line break.</param>
    /// <param name="level">How far it has to come before the call is done. By default it is done at once, unless it
    /// has to wait for room, and allocates nothing.</param>
    /// <param name="cancellationToken">Ends the wait: before the line is taken, so that it is not in the log; or for
    /// the level, and then it is.</param>
    /// <returns>Where the line starts, in bytes, in the file that is current when it is taken; -1 in a file that is
    /// shared. A file that is renamed later keeps its offsets, and the next one begins at 0.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="line"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The line contains <c>\r</c> or <c>\n</c>, which would make two lines of it,
    /// or half of a surrogate pair, or is longer than <see cref="AppendLogOptions.MaxLineBytes"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="level"/> is none of the levels.</exception>
    /// <exception cref="IOException">The log has failed.</exception>
    /// <exception cref="InvalidOperationException">The log is complete.</exception>
    /// <exception cref="ObjectDisposedException">The log was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask<long> AppendAsync(
        string line, CommitLevel level = CommitLevel.Buffered, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        return AppendAsync(line.AsSpan(), level, cancellationToken);
    }

    /// <inheritdoc cref="AppendAsync(string, CommitLevel, CancellationToken)"/>
    [SkipLocalsInit]
    public ValueTask<long> AppendAsync(
        ReadOnlySpan<char> line,
        CommitLevel level = CommitLevel.Buffered,
        CancellationToken cancellationToken = default)
    {
        OneLine.ThrowIfSplit(line, nameof(line));

        // A byte for each char at least.
        ThrowIfRefused(line.Length, level, nameof(line));
        bool isBuffered = level is CommitLevel.Buffered && !cancellationToken.IsCancellationRequested;
        if (isBuffered && _queue.TryAddAscii(line, Today, out long offset, out bool startsPump))
        {
            if (startsPump) _pump.Start();
            return new ValueTask<long>(offset);
        }

        if (line.Length <= MostCharsOnStack)
        {
            Span<byte> buffer = stackalloc byte[MostCharsOnStack * StrictUtf8.MostBytesPerChar];
            return AppendWholeAsync(
                buffer[..StrictUtf8.Encode(line, buffer, nameof(line))], level, cancellationToken);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(line.Length * StrictUtf8.MostBytesPerChar);
        try
        {
            return AppendWholeAsync(
                rented.AsSpan(0, StrictUtf8.Encode(line, rented, nameof(line))), level, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Appends a line of bytes; the line break (<c>\n</c>) is added for it.</summary>
    /// <remarks>The bytes are not checked to be text.</remarks>
    /// <inheritdoc cref="AppendAsync(string, CommitLevel, CancellationToken)"/>
    public ValueTask<long> AppendAsync(
        ReadOnlySpan<byte> line,
        CommitLevel level = CommitLevel.Buffered,
        CancellationToken cancellationToken = default)
    {
        OneLine.ThrowIfSplit(line, nameof(line));
        return AppendWholeAsync(line, level, cancellationToken);
    }

    /// <summary>Waits until all that was given to the log before the call is at a level.</summary>
    /// <param name="level">The level; by default the disk.</param>
    /// <param name="cancellationToken">Ends the wait; the lines go on.</param>
    /// <returns>A task that completes when they are there.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="level"/> is none of the levels.</exception>
    /// <exception cref="IOException">The log has failed.</exception>
    /// <exception cref="InvalidOperationException">The log is complete.</exception>
    /// <exception cref="ObjectDisposedException">The log was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask CommitAsync(CommitLevel level = CommitLevel.Disk, CancellationToken cancellationToken = default)
    {
        ThrowIfUnknown(level);
        ThrowIfDisposed();
        LogWaiter waiter = _queue.WaitFor(level, cancellationToken, out bool startsPump);
        if (startsPump) _pump.Start();
        return new ValueTask(waiter, waiter.Version);
    }

    /// <summary>Takes no more lines, writes those that were given, and closes the file.</summary>
    /// <param name="cancellationToken">Ends the wait; the log completes all the same.</param>
    /// <returns>A task that completes when all lines are at <see cref="AppendLogOptions.CompleteLevel"/>. Called again,
    /// it waits for the same.</returns>
    /// <exception cref="IOException">The log has failed.</exception>
    /// <exception cref="ObjectDisposedException">The log was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public ValueTask CompleteAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        return EndAsync(cancellationToken);
    }

    /// <summary>Completes the log as far as that can be done. Never throws: what can fail is reported by
    /// <see cref="CompleteAsync"/>, and by <see cref="Fault"/>.</summary>
    /// <returns>A task that completes when the file is closed.</returns>
    public async ValueTask DisposeAsync()
    {
        Volatile.Write(ref _disposed, true);
        await EndAsync(CancellationToken.None).AsTask().ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private ValueTask<long> AppendWholeAsync(
        ReadOnlySpan<byte> line, CommitLevel level, CancellationToken cancellationToken)
    {
        ThrowIfRefused(line.Length, level, nameof(line));
        bool isBuffered = level is CommitLevel.Buffered && !cancellationToken.IsCancellationRequested;
        if (isBuffered && _queue.TryAdd(line, Today, out long offset, out bool startsPump))
        {
            if (startsPump) _pump.Start();
            return new ValueTask<long>(offset);
        }

        LogWaiter waiter = _queue.Add(line, Today, level, cancellationToken, out startsPump);
        if (startsPump) _pump.Start();
        return new ValueTask<long>(waiter, waiter.Version);
    }

    private ValueTask EndAsync(CancellationToken cancellationToken)
    {
        LogWaiter waiter = _queue.WaitForEnd(cancellationToken, out bool startsPump);
        if (startsPump) _pump.Start();
        return new ValueTask(waiter, waiter.Version);
    }

    private void ThrowIfRefused(int length, CommitLevel level, string parameter)
    {
        if (length > _options.MaxLineBytes)
        {
            throw new ArgumentException(
                $"A line must not be longer than {_options.MaxLineBytes} bytes, but this one has {length}.", parameter);
        }

        ThrowIfUnknown(level);
        ThrowIfDisposed();
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);

    private static void ThrowIfUnknown(CommitLevel level)
    {
        if (level is >= CommitLevel.Buffered and <= CommitLevel.Disk) return;
        throw new ArgumentOutOfRangeException(
            nameof(level), level, $"level must be Buffered, Os or Disk, but was {level}.");
    }
}
