using System.Diagnostics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>Reads the lines of a text as UTF-8, without copying them and without allocating for them.</summary>
/// <remarks>
/// <para>Used like the reader of a channel: <see cref="WaitToReadAsync"/> until it says that there is no more, and in
/// between <see cref="TryRead"/>, line by line, or <see cref="TryReadBatch"/>, which is faster. What they give is valid
/// until the next call of <see cref="WaitToReadAsync"/>.</para>
/// <para><b>Lines.</b> As <see cref="File.ReadLines(string)"/> has them: the last one needs no break, an empty text has
/// none. <see cref="LineReadOptions"/> says what ends a line, how long it may be, and what encoding the text is in;
/// text in another one than UTF-8 is given as UTF-8 too. What there is is given: a pipe that has sent a whole line need
/// not fill a buffer.</para>
/// <para><b>Waiting.</b> The bytes of a file that are in memory are read in the call. Others are waited for without
/// blocking the caller. A file that is not short is read ahead by a thread of the pool.</para>
/// <para><b>Cancellation.</b> Ends the wait at once, also when the system does not call the read back. Nothing is lost:
/// a later call goes on where this one was.</para>
/// <para><b>Errors.</b> A line that is refused is refused again by each later call; the lines before it were
/// given.</para>
/// <para>For one reader: a call while another is running throws <see cref="InvalidOperationException"/>.</para>
/// </remarks>
[DebuggerDisplay("LineNumber = {LineNumber}")]
public sealed class Utf8LineReader : IAsyncDisposable
{
    private const int InUse = 1;
    private const int Disposed = 2;

    private readonly LineCutter _cutter;
    private readonly BlockFeed _feed;
    private readonly LineReadOptions _options;
    private bool _isBegun;
    private bool _hasEnded;
    private int _state;

    /// <summary>Makes a reader of a file, which is opened by the first wait.</summary>
    /// <param name="path">The file. A pipe that has a name is waited for until somebody opens its other end.</param>
    /// <param name="options">How lines are read.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is empty, or an option is out of its
    /// range.</exception>
    public Utf8LineReader(string path, LineReadOptions? options = null)
        : this(path, options, decodes: false)
    {
    }

    /// <summary>Makes a reader of an open file, from its start; of a pipe, from what comes next.</summary>
    /// <param name="file">The handle. It is closed with the reader, unless the options leave it open.</param>
    /// <param name="options">How lines are read.</param>
    /// <exception cref="ArgumentNullException"><paramref name="file"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Utf8LineReader(SafeFileHandle file, LineReadOptions? options = null)
        : this(
            new SourceOpening(file ?? throw new ArgumentNullException(nameof(file)), Checked(options)),
            Checked(options),
            decodes: false)
    {
    }

    /// <summary>Makes a reader of a stream, from where it is.</summary>
    /// <param name="stream">The stream. It is closed with the reader, unless the options leave it open; what was read
    /// from it and not taken is lost then.</param>
    /// <param name="options">How lines are read.</param>
    /// <exception cref="ArgumentNullException"><paramref name="stream"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="stream"/> cannot be read, or an option is out of its range.
    /// </exception>
    public Utf8LineReader(Stream stream, LineReadOptions? options = null)
        : this(new SourceOpening(Readable(stream), Checked(options)), Checked(options), decodes: false)
    {
    }

    /// <summary>Makes a reader of a pipe.</summary>
    /// <param name="pipe">The pipe. It is completed with the reader, unless the options leave it open.</param>
    /// <param name="options">How lines are read.</param>
    /// <exception cref="ArgumentNullException"><paramref name="pipe"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public Utf8LineReader(PipeReader pipe, LineReadOptions? options = null)
        : this(
            new SourceOpening(pipe ?? throw new ArgumentNullException(nameof(pipe)), Checked(options)),
            Checked(options),
            decodes: false)
    {
    }

    internal Utf8LineReader(string path, LineReadOptions? options, bool decodes)
        : this(new SourceOpening(NotEmpty(path), Checked(options)), Checked(options), decodes)
    {
    }

    internal Utf8LineReader(SafeFileHandle file, string path, (long Start, long End) part, LineReadOptions options)
        : this(new SourceOpening(file, path, part, options), options, decodes: false)
    {
    }

    private Utf8LineReader(SourceOpening opening, LineReadOptions options, bool decodes)
    {
        _options = options;
        _feed = new BlockFeed(opening, options, decodes);
        _cutter = new LineCutter(options, decodes, opening.Name);
        View = _cutter.View;
    }

    /// <summary>The number of the line that was given last, from 1; 0 before the first. Lines that were skipped count,
    /// and pieces of a line have its number.</summary>
    public long LineNumber => _isBegun ? View.LineNumber : _options.From.LineNumber;

    /// <summary>Where the next line begins, for a reader that goes on from there: see
    /// <see cref="LineReadOptions.From"/>. Inside of a line that is given in pieces it is where that line begins.
    /// </summary>
    public ReadCheckpoint Checkpoint => !_isBegun ? _options.From
        : View.HasLine ? new ReadCheckpoint(View.Offset, View.LineNumber)
        : new ReadCheckpoint(_cutter.Offset, _cutter.LineCount);

    internal LineView View { get; }

    /// <summary>Waits until there is a line to take.</summary>
    /// <param name="cancellationToken">Ends the wait; what has been read is kept.</param>
    /// <returns><see langword="true"/> when there is one, <see langword="false"/> when the text has ended.</returns>
    /// <exception cref="InvalidDataException">The next line is too long or no text, or the compressed content is
    /// broken.
    /// </exception>
    /// <exception cref="IOException">The file could not be opened or read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read, or is a folder.</exception>
    /// <exception cref="InvalidOperationException">Another call is running.</exception>
    /// <exception cref="ObjectDisposedException">The reader was disposed.</exception>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken = default)
    {
        Enter();
        var goesOn = false;
        try
        {
            if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
            while (!TryShow())
            {
                if (_hasEnded) return new ValueTask<bool>(false);
                if (_feed.TryRead() is not { } block)
                {
                    goesOn = true;
                    return WaitCoreAsync(cancellationToken);
                }

                Take(block);
            }

            return new ValueTask<bool>(true);
        }
        catch (Exception e) when (!goesOn)
        {
            return ValueTask.FromException<bool>(e);
        }
        finally
        {
            if (!goesOn) Leave();
        }
    }

    /// <summary>Takes a line, if there is one.</summary>
    /// <param name="line">Its bytes, without its break, valid until the next <see cref="WaitToReadAsync"/>.</param>
    /// <returns>Whether there was one; if not, <see cref="WaitToReadAsync"/> waits for the next.</returns>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        if (!View.HasLine)
        {
            line = default;
            return false;
        }

        line = View.Take();
        return true;
    }

    /// <summary>Takes all lines that have been read, if there are any.</summary>
    /// <param name="batch">The lines, valid until the next <see cref="WaitToReadAsync"/>.</param>
    /// <returns>Whether there were any; if not, <see cref="WaitToReadAsync"/> waits for the next.</returns>
    public bool TryReadBatch(out LineBatch batch)
    {
        if (!View.HasLine)
        {
            batch = default;
            return false;
        }

        batch = new LineBatch(View);
        View.TakeAll();
        return true;
    }

    /// <summary>Closes what is read, and gives the buffers back. Never throws; further calls do nothing.</summary>
    /// <remarks>While a call is running, or a read that was cancelled has not come back from the system, that is done
    /// when it ends.</remarks>
    /// <returns>A task that completes when all is closed that can be now.</returns>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Or(ref _state, Disposed) is 0) await CloseAsync().ConfigureAwait(false);
    }

    private static LineReadOptions Checked(LineReadOptions? options)
    {
        options ??= LineReadOptions.Default;
        options.ThrowIfInvalid(nameof(options));
        return options;
    }

    private static string NotEmpty(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return path;
    }

    private static Stream Readable(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        return stream.CanRead ? stream : throw new ArgumentException("The stream cannot be read.", nameof(stream));
    }

    private void Enter()
    {
        int state = Interlocked.CompareExchange(ref _state, InUse, 0);
        if (state is 0) return;
        ObjectDisposedException.ThrowIf((state & Disposed) is not 0, this);
        throw new InvalidOperationException("A line reader is for one reader: another call on it is still running.");
    }

    // Whoever disposed it meanwhile has left the rest to this call.
    private void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, 0, InUse) is not InUse) _ = CloseAsync().AsTask();
    }

    private async ValueTask CloseAsync()
    {
        View.Clear();
        _cutter.Dispose();
        await _feed.DisposeAsync().ConfigureAwait(false);
    }

    // Pooled, for it is what is left to allocate for each buffer.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> WaitCoreAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                Take(await _feed.ReadAsync(cancellationToken).ConfigureAwait(false));
                if (TryShow()) return true;
            }
            while (!_hasEnded);
            return false;
        }
        finally
        {
            Leave();
        }
    }

    private bool TryShow() => View.HasLine || (_hasEnded ? _cutter.TryCutLast() : _cutter.TryCut());

    private void Take(LineBlock block)
    {
        if (!_isBegun)
        {
            _isBegun = true;
            _cutter.BeginAt(_feed.StartOffset, _options.From.LineNumber, _feed.IsAfterCr);
        }

        if (block.Bytes.IsEmpty) _hasEnded = true;
        else _cutter.Take(block);
    }
}
