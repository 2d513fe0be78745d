using System.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>Reads ahead: a thread of the pool fills blocks while the lines of others are taken.</summary>
/// <remarks>
/// One side fills, one takes, and each has a count that only it moves. The thread goes back to the pool when all blocks
/// are filled, and is asked for again when half of them are free: to ask for it costs more than to fill one.
/// </remarks>
[DebuggerDisplay("Filled = {_filled - _taken}")]
internal sealed class BlockRing : IThreadPoolWorkItem
{
    private const int Size = 4;

    // Longer than a read of a disk takes, and no longer than somebody waits who has cancelled.
    private static readonly TimeSpan _grace = TimeSpan.FromMilliseconds(50);

    private readonly ByteSource _source;
    private readonly LineReadOptions _options;
    private readonly int _blockSize;
    private readonly bool _decodes;
    private readonly LineBlock[] _blocks = new LineBlock[Size];
    private readonly AsyncAutoResetEvent _filledOne = new();
    private readonly TaskCompletionSource _cleared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _filled;
    private long _taken;
    private bool _isOneTaken;
    private int _isFilling;
    private volatile bool _hasEnded;
    private volatile bool _isStopped;
    private Exception? _fault;

    public BlockRing(ByteSource source, LineReadOptions options, int blockSize, bool decodes)
    {
        _source = source;
        _options = options;
        _blockSize = blockSize;
        _decodes = decodes;
        for (var i = 0; i < Size; i++) _blocks[i] = new LineBlock();
        FillOnPool();
    }

    /// <summary>Gives the block back that was taken before, and takes the next one.</summary>
    /// <returns>The block; none when it has not been filled yet.</returns>
    public LineBlock? TryTake()
    {
        GiveBack();

        // Looked at in this order: what was filled before the end came is taken first.
        bool hasEnded = _hasEnded;
        if (Volatile.Read(ref _filled) == _taken)
        {
            if (hasEnded) throw _fault ?? new UnreachableException("The end has been taken before.");
            return null;
        }

        _isOneTaken = true;
        return _blocks[_taken % Size];
    }

    /// <summary>Waits until a block can be taken.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => _filledOne.WaitAsync(cancellationToken);

    /// <summary>Stops the thread, waits a moment for a read that it is in the middle of, and closes the
    /// source.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopped = true;
        if (Interlocked.Exchange(ref _isFilling, 1) is 0) await ClearAsync().ConfigureAwait(false);
        try
        {
            await _cleared.Task.WaitAsync(_grace, TimeProvider.System).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The read hangs. Whoever comes back from it clears up.
        }
    }

    public void Execute()
    {
        do
        {
            while (_filled - Volatile.Read(ref _taken) < Size && !_isStopped)
            {
                if (!Fill()) return;
            }

            if (_isStopped)
            {
                _ = ClearAsync();
                return;
            }

            // Whoever gives a block back sees that nobody fills, or is seen here.
            Interlocked.Exchange(ref _isFilling, 0);
        }
        while ((_isStopped || _filled - Volatile.Read(ref _taken) < Size)
            && Interlocked.Exchange(ref _isFilling, 1) is 0);
    }

    private bool Fill()
    {
        LineBlock block = _blocks[_filled % Size];
        try
        {
            block.Clear(_blockSize);
            int read = _source.Read(block.Free.Span);
            block.Add(read);
            if (_decodes) block.Decode(_options.Breaks);
            Volatile.Write(ref _filled, _filled + 1);
            if (read is 0) _hasEnded = true;
        }
        catch (Exception e)
        {
            _fault = e;
            _hasEnded = true;
        }

        bool goesOn = !_hasEnded;
        if (!goesOn) Leave();
        _filledOne.Set();
        return goesOn;
    }

    private void Leave()
    {
        Interlocked.Exchange(ref _isFilling, 0);
        if (_isStopped && Interlocked.Exchange(ref _isFilling, 1) is 0) _ = ClearAsync();
    }

    private void GiveBack()
    {
        if (!_isOneTaken) return;
        _isOneTaken = false;
        Volatile.Write(ref _taken, _taken + 1);
        if (_hasEnded || Volatile.Read(ref _filled) - _taken > Size / 2) return;
        if (Interlocked.Exchange(ref _isFilling, 1) is 0) FillOnPool();
    }

    private void FillOnPool()
    {
        _isFilling = 1;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private async Task ClearAsync()
    {
        foreach (LineBlock block in _blocks) block.Dispose();
        await _source.DisposeAsync().ConfigureAwait(false);
        _cleared.TrySetResult();
    }
}
