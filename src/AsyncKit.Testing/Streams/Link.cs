using System.Diagnostics;
using System.Net.Sockets;

namespace AsyncKit.Testing;

/// <summary>One direction of a pair of streams: one end writes, the other reads.</summary>
[DebuggerDisplay("Unread = {_queue.Count}, Reading = {_read != null}, Writing = {_write != null}")]
internal sealed class Link
{
    // Below what timers take; a read that waits longer is woken, and waits on.
    private static readonly TimeSpan _longestDelay = TimeSpan.FromDays(40);

    private readonly LinkOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly long _start;

    // On a link with delays, code goes on inside the move of the clock. On one without, the other end's call is what
    // wakes it; going on inside that, two ends that answer each other would go ever deeper.
    private readonly TaskCreationOptions _wakes;

    // Guards the fields below.
    private readonly Lock _sync = new();
    private readonly LinkQueue _queue;
    private long _written;
    private LinkWait<int>? _read;
    private LinkWait<bool>? _write;
    private bool _readerIsGone;
    private bool _writerIsGone;
    private bool _isCompleted;
    private bool _isCut;

    // When the reader learns that nothing more comes, and whether by a reset.
    private TimeSpan? _endDue;
    private bool _endIsReset;

    public Link(LinkOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _start = timeProvider.GetTimestamp();
        _queue = new LinkQueue(options);
        _wakes = options.Latency > TimeSpan.Zero || options.BytesPerSecond is not null
            ? TaskCreationOptions.None
            : TaskCreationOptions.RunContinuationsAsynchronously;
    }

    /// <summary>Called, without a lock, when so much was written that the connection is cut.</summary>
    public Action? CutReached { get; set; }

    private TimeSpan Now => _timeProvider.GetElapsedTime(_start);

    /// <summary>Reads what has come, or nothing at the end; <see langword="null"/>: it would have to wait.</summary>
    public int? TryRead(Span<byte> buffer)
    {
        int? count;
        LinkWait<bool>? written;
        lock (_sync)
        {
            ThrowIfCannotRead();
            if (IsReset) throw Reset();
            count = Take(buffer);
            written = TakeFinishedWrite();
        }

        written?.Complete(true);
        return count;
    }

    public Task<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        LinkWait<int> read;
        lock (_sync)
        {
            ThrowIfCannotRead();
            _read = read = new LinkWait<int>(buffer, _wakes);
        }

        Wake();
        read.Attach(cancellationToken.UnsafeRegister((_, token) => CancelRead(read, token), state: null));
        return read.Task;
    }

    /// <summary>Writes what has a place in the buffer; <see langword="false"/>: it would have to wait.</summary>
    public bool TryWrite(ReadOnlySpan<byte> bytes)
    {
        bool isLost;
        lock (_sync)
        {
            ThrowIfCannotWrite();
            if (_queue.Count + bytes.Length > _options.BufferSize) return false;
            isLost = !Append(bytes);
        }

        AfterWrite();
        return isLost ? throw Reset() : true;
    }

    public Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        bool isLost;
        LinkWait<bool>? write = null;
        lock (_sync)
        {
            ThrowIfCannotWrite();
            isLost = !Append(bytes.Span);
            if (!isLost && _queue.Count > _options.BufferSize)
                _write = write = new LinkWait<bool>(default, _wakes);
        }

        AfterWrite();
        if (isLost) return Task.FromException(Reset());
        if (write is null) return Task.CompletedTask;
        write.Attach(cancellationToken.UnsafeRegister((_, token) => CancelWrite(write, token), state: null));
        return write.Task;
    }

    /// <summary>The writer has no more; the reader comes to the end.</summary>
    public void CompleteWrites()
    {
        lock (_sync)
        {
            _isCompleted = true;
            _endDue ??= _queue.Behind(Now);
        }

        Wake();
    }

    /// <summary>Breaks it: what was written can still be read.</summary>
    public void Cut()
    {
        LinkWait<bool>? write;
        lock (_sync)
        {
            // An end that is on its way already still comes.
            _isCut = true;
            _endIsReset |= _endDue is null;
            _endDue ??= Now;
            write = TakeWrite();
        }

        write?.Fail(Reset());
        Wake();
    }

    public void CloseWriter()
    {
        LinkWait<bool>? write;
        lock (_sync)
        {
            _writerIsGone = true;
            write = TakeWrite();
        }

        write?.Fail(Disposed());
        CompleteWrites();
    }

    public void CloseReader()
    {
        LinkWait<bool>? write;
        LinkWait<int>? read;
        lock (_sync)
        {
            _readerIsGone = true;
            write = TakeWrite();
            _queue.Clear();
            (read, _read) = (_read, null);
        }

        write?.Fail(BrokenPipe());
        read?.Fail(Disposed());
    }

    private void AfterWrite()
    {
        bool isCut;
        lock (_sync) isCut = _written >= _options.CutAfter;
        if (isCut) CutReached?.Invoke();
        else Wake();
    }

    // Gives the read that waits what has come; if that is nothing, wakes it when something comes.
    private void Wake()
    {
        LinkWait<int>? read;
        LinkWait<bool>? written;
        bool isReset;
        int? count;
        lock (_sync)
        {
            read = _read;
            isReset = IsReset;
            count = read is null || isReset ? null : Take(read.Buffer.Span);
            written = TakeFinishedWrite();
            if (isReset || count is not null) _read = null;
        }

        written?.Complete(true);
        if (isReset) read?.Fail(Reset());
        else if (count is { } bytes) read!.Complete(bytes);
        else if (read is not null) Arm(read);
    }

    private void Arm(LinkWait<int> read)
    {
        TimeSpan? due;
        TimeSpan now;
        lock (_sync)
        {
            now = Now;
            due = ReferenceEquals(_read, read) ? _queue.Due ?? _endDue : null;
        }

        if (due is not { } moment) return;
        TimeSpan delay = TimeSpan.FromTicks(Math.Clamp((moment - now).Ticks, 0, _longestDelay.Ticks));
        read.Attach(_timeProvider.CreateTimer(_ => Wake(), state: null, delay, Timeout.InfiniteTimeSpan));
    }

    private void CancelRead(LinkWait<int> read, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (!ReferenceEquals(_read, read)) return;
            _read = null;
        }

        read.Cancel(cancellationToken);
    }

    private void CancelWrite(LinkWait<bool> write, CancellationToken cancellationToken)
    {
        lock (_sync)
        {
            if (!ReferenceEquals(_write, write)) return;
            TakeWrite();
        }

        write.Cancel(cancellationToken);
    }

    // Under the lock, as all that follows.
    private bool IsReset => _endIsReset && _queue.Due is null && _endDue <= Now;

    private void ThrowIfCannotRead()
    {
        if (_readerIsGone) throw Disposed();
        if (_read is not null) throw new InvalidOperationException("A read is running; the next must wait for it.");
    }

    private void ThrowIfCannotWrite()
    {
        if (_writerIsGone) throw Disposed();
        if (_isCut) throw Reset();
        if (_readerIsGone) throw BrokenPipe();
        if (_isCompleted) throw new InvalidOperationException("The writes were completed; nothing comes after that.");
        if (_write is not null) throw new InvalidOperationException("A write is running; the next must wait for it.");
    }

    private int? Take(Span<byte> buffer)
    {
        TimeSpan now = Now;
        if (_queue.Due is { } due) return due > now ? null : _queue.Take(buffer, now);
        return _endDue <= now ? 0 : null;
    }

    // Whether all of it is carried; the rest comes after the cut.
    private bool Append(ReadOnlySpan<byte> bytes)
    {
        int count = (int)Math.Min(bytes.Length, (_options.CutAfter ?? long.MaxValue) - _written);
        _queue.Add(bytes[..count], Now);
        _written += count;
        return count == bytes.Length;
    }

    private LinkWait<bool>? TakeFinishedWrite()
    {
        if (_queue.Count > _options.BufferSize) return null;
        (LinkWait<bool>? write, _write) = (_write, null);
        return write;
    }

    // A write that fails has written what has a place in the buffer, and nothing behind that.
    private LinkWait<bool>? TakeWrite()
    {
        (LinkWait<bool>? write, _write) = (_write, null);
        if (write is not null) _queue.TrimToBuffer();
        return write;
    }

    private static ObjectDisposedException Disposed() => new(nameof(DuplexStream));

    // As a NetworkStream does.
    private static IOException Reset() => new(
        "The connection was cut.", new SocketException((int)SocketError.ConnectionReset));

    private static IOException BrokenPipe() => new(
        "The other end was disposed of.", new SocketException((int)SocketError.Shutdown));
}
