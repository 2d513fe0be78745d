using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text;

namespace AsyncKit.IO;

/// <summary>Gives the blocks of a text, one after the other: read by who asks, or ahead when there are many.</summary>
/// <param name="opening">What opens the source.</param>
/// <param name="options">How lines are read.</param>
/// <param name="decodes">Whether blocks are decoded.</param>
[DebuggerDisplay("{_bytesRead} bytes read")]
internal sealed class BlockFeed(SourceOpening opening, LineReadOptions options, bool decodes) : IAsyncDisposable
{
    // A file that is not longer is read by one call, and needs no more memory.
    private const int FirstSize = 64 * 1024;

    // Blocks that are read before it is worth a thread that reads ahead.
    private const int BlocksBeforeAhead = 2;

    private readonly LineBlock _block = new();
    private ByteSource? _source;
    private BlockRing? _ahead;
    private Task<int>? _pending;
    private LineBlock? _end;
    private int _blockCount;

    // An encoded character must fit into a block, and so must a byte order mark.
    private int _leastSize = Preamble.LongestMark;
    private bool _isCleared;
    private bool _isBegun;
    private bool _isResuming;
    private long _toSkip;
    private bool _mustEnd;
    private long _bytesRead;

    /// <summary>Where the text begins in what is read; known with the first block.</summary>
    public long StartOffset { get; private set; }

    /// <summary>Whether it begins behind a lone carriage return.</summary>
    public bool IsAfterCr { get; private set; }

    /// <summary>Gives the next block, without waiting.</summary>
    /// <returns>The block, without bytes at the end of the text; none when it would have to wait.</returns>
    public LineBlock? TryRead()
    {
        while (_end is null)
        {
            if (_ahead is not null) return _ahead.TryTake() is { } ready ? GiveAhead(ready) : null;
            if (_pending is not null) return null;
            _source ??= opening.TryOpenAtOnce();
            if (_source is null) return null;
            if (TryReadAhead()) continue;
            Clear();
            int read = _source.ReadAtOnce(_block.Free.Span);
            if (read < 0) return null;
            if (TakeRead(read) is { } block) return block;
        }

        return _end;
    }

    /// <summary>Gives the next block.</summary>
    /// <returns>The block, without bytes at the end of the text.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<LineBlock> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryRead() is { } block) return block;
            if (_ahead is not null)
            {
                await _ahead.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }

            _source ??= await opening.OpenAsync(cancellationToken).ConfigureAwait(false);
            Clear();

            // A read that is cancelled and goes on all the same keeps its buffer, and what it reads is not lost: who
            // asks next waits for it.
            bool isOfOther = _pending is not null;
            _pending ??= _source.ReadAsync(_block.Free, cancellationToken).AsTask();
            try
            {
                int read = await AwaitPendingAsync(_pending, cancellationToken).ConfigureAwait(false);
                if (TakeRead(read) is { } given) return given;
            }
            catch (OperationCanceledException) when (isOfOther && !cancellationToken.IsCancellationRequested)
            {
                // It was cancelled after all, by the token of the call before.
            }
        }
    }

    /// <summary>Returns the buffers and closes the source: at once, unless a read goes on that was cancelled.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_pending is not null)
        {
            _ = ClearAfterAsync(_pending);
            return;
        }

        _block.Dispose();
        if (_ahead is not null) await _ahead.DisposeAsync().ConfigureAwait(false);
        else await CloseAsync().ConfigureAwait(false);
    }

    private async ValueTask<int> AwaitPendingAsync(Task<int> pending, CancellationToken cancellationToken)
    {
        try
        {
            return await pending.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (pending.IsCompleted) _pending = null;
        }
    }

    private async Task ClearAfterAsync(Task<int> pending)
    {
        await ((Task)pending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ = pending.Exception;
        _block.Dispose();
        await CloseAsync().ConfigureAwait(false);
    }

    private ValueTask CloseAsync() => _source is null ? opening.DisposeAsync() : _source.DisposeAsync();

    // A thread is worth it when there have been some blocks, and the last was full: there is more.
    private bool TryReadAhead()
    {
        if (!options.ReadAhead || _blockCount < BlocksBeforeAhead || !_block.Free.IsEmpty || !_source!.CanReadAhead)
            return false;
        _ahead = new BlockRing(_source, options, Math.Max(_leastSize, options.BufferSize), decodes);
        return true;
    }

    // Once for each block: one that begins like a byte order mark is read by several calls.
    private void Clear()
    {
        if (_isCleared) return;
        _isCleared = true;
        int size = _blockCount is 0 ? Math.Min(FirstSize, options.BufferSize) : options.BufferSize;
        _block.Clear(Math.Max(_leastSize, size));
    }

    private LineBlock? TakeRead(int read)
    {
        _block.Add(read);
        if (!_isBegun && !TryBegin(isAll: read is 0 || _block.Free.IsEmpty)) return null;
        _isCleared = false;
        if (_isResuming && !TryResume(isEnd: read is 0)) return null;
        if (read > 0 && _block.Bytes.IsEmpty) return null;
        if (_mustEnd && !_block.Bytes.IsEmpty) throw IsNotTheSame("has no line break there");
        if (decodes) _block.Decode(options.Breaks);
        _block.Index(options.Breaks);
        _blockCount++;
        return Give(_block);
    }

    // Who takes the lines as bytes goes over them soon: with the breaks, they come into the cache of that thread once.
    private LineBlock GiveAhead(LineBlock block)
    {
        block.Index(options.Breaks);
        return Give(block);
    }

    private LineBlock Give(LineBlock block)
    {
        if (block.Bytes.IsEmpty) _end = block;
        _bytesRead += block.Bytes.Length;
        options.Progress?.Report(_bytesRead);
        return block;
    }

    // Finds out what the text is by its first bytes. What they turn out to be may have to be read in another way.
    private bool TryBegin(bool isAll)
    {
        if (opening.PartStart > 0)
        {
            StartOffset = opening.PartStart;
            return _isBegun = true;
        }

        if (Preamble.Of(_block.Bytes, isAll) is not { } preamble) return false;
        if (preamble.IsGZip && opening.FindsCompression)
        {
            _source = opening.Decompress(_source!);
            return _isCleared = false;
        }

        _isBegun = true;
        StartOffset = preamble.MarkLength;
        _block.Skip(preamble.MarkLength);
        _isResuming = options.From is { LineNumber: > 0, Offset: > 0 };
        _toSkip = options.From.Offset - 1 - preamble.MarkLength;
        Encoding encoding = preamble.Encoding ?? options.Encoding ?? Encoding.UTF8;
        if (encoding is not UTF8Encoding)
        {
            StartOffset = 0;
            _toSkip = options.From.Offset - 1;
            _leastSize = TranscodingSource.LeastBuffer;
            _source = new TranscodingSource(_source!, encoding, _block.Bytes, options.OnInvalid);
            return _isCleared = false;
        }

        if (!_isResuming || !_source!.TrySeek(options.From.Offset - 1)) return true;
        _toSkip = 0;
        return _isCleared = false;
    }

    // The byte before the checkpoint must be the end of a line, or of the text, whose last line needs no break.
    private bool TryResume(bool isEnd)
    {
        int skipped = (int)Math.Min(_toSkip, _block.Bytes.Length);
        _block.Skip(skipped);
        _toSkip -= skipped;
        if (_block.Bytes.IsEmpty && !isEnd) return false;
        if (_block.Bytes.IsEmpty) throw IsNotTheSame("is shorter");
        IsAfterCr = options.Breaks is LineBreaks.LfOrCrLfOrCr && _block.Bytes[0] is (byte)'\r';
        _mustEnd = !IsAfterCr && _block.Bytes[0] is not (byte)'\n';
        _block.Skip(1);
        StartOffset = options.From.Offset;
        _isResuming = false;
        return true;
    }

    private InvalidDataException IsNotTheSame(string why) => new(
        $"Reading '{opening.Name}' cannot go on behind byte {options.From.Offset}: it {why}, so it is not what it was "
        + "when the checkpoint was taken.");
}
