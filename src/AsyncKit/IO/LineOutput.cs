using System.Diagnostics;
using System.Runtime.ExceptionServices;
using AsyncKit.Synchronization;
using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>The buffers of a writer: one is filled while a thread of the pool writes those that are full.</summary>
/// <remarks>
/// For one producer. A write that fails leaves its buffer first in line: the next call is told, and the one after it
/// tries again, to the same place. So what has been taken is not lost by a fault that passes, such as a full disk.
/// </remarks>
[DebuggerDisplay("Buffered = {Filled}, Waiting = {_full.Count}, Written = {_written}")]
internal sealed class LineOutput : IThreadPoolWorkItem
{
    // And one more is being filled.
    private const int MaxFull = 3;

    // Room on the disk is taken ahead, as much again as there is, within these bounds.
    private const long LeastReserve = 1024 * 1024;
    private const long MostReserve = 64 * 1024 * 1024;

    private readonly SafeFileHandle _file;
    private readonly int _bufferSize;

    // Guards the fields below.
    private readonly Lock _sync = new();
    private readonly Queue<ArraySegment<byte>> _full = new();
    private readonly Stack<byte[]> _free = new();
    private readonly AsyncAutoResetEvent _progress = new();
    private bool _isWriting;
    private Exception? _fault;

    // Of the thread that writes.
    private long _written;
    private long _reserved;
    private bool _reserves = true;

    public LineOutput(SafeFileHandle file, long position, int bufferSize)
    {
        _file = file;
        _written = _reserved = position;
        _bufferSize = bufferSize;
        Buffer = new byte[bufferSize];
    }

    /// <summary>The size of the buffers that are used again.</summary>
    public int BufferSize => _bufferSize;

    /// <summary>The buffer to fill.</summary>
    public byte[] Buffer { get; private set; }

    /// <summary>How much of it is filled.</summary>
    public int Filled { get; set; }

    /// <summary>Hands the buffer over, and takes one that is free.</summary>
    /// <param name="size">How much the next one must have room for.</param>
    /// <returns>Whether there was one. There is none when a write has failed, until that has been told.</returns>
    public bool TryRotate(int size)
    {
        lock (_sync)
        {
            if (_fault is not null) return false;
            bool hasRoom = _full.Count < MaxFull;
            if (hasRoom)
            {
                if (Filled > 0) _full.Enqueue(new ArraySegment<byte>(Buffer, 0, Filled));
                else Release(Buffer);

                // For a line that fits into no other, one that is used once.
                if (size > _bufferSize) Buffer = new byte[size];
                else Buffer = _free.TryPop(out byte[]? free) ? free : new byte[_bufferSize];
                Filled = 0;
            }

            KickIfIdle();
            return hasRoom;
        }
    }

    /// <summary>Tells that a write has failed. After that, it is tried again.</summary>
    /// <exception cref="IOException">A write has failed.</exception>
    public void ThrowIfFaulted()
    {
        Exception? fault;
        lock (_sync)
        {
            fault = _fault;
            _fault = null;
        }

        if (fault is null) return;

        // Somebody else may wait, who disposes.
        _progress.Set();
        ExceptionDispatchInfo.Throw(fault);
    }

    /// <summary>Waits until a buffer may be free.</summary>
    public ValueTask WaitAsync(CancellationToken cancellationToken) => _progress.WaitAsync(cancellationToken);

    /// <summary>Waits until the system has all that was taken.</summary>
    /// <exception cref="IOException">A write has failed.</exception>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ThrowIfFaulted();
            if ((Filled is 0 || TryRotate(0)) && IsDrained()) return;
            await WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Waits until nothing is being written. What is left is not written any more.</summary>
    public async ValueTask StopAsync()
    {
        while (true)
        {
            lock (_sync)
            {
                if (!_isWriting) break;
                while (_full.Count > 1) _full.TryDequeue(out _);
            }

            await WaitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _progress.Set();
    }

    /// <summary>Gives up the room that was taken ahead, when nothing is being written.</summary>
    public void Trim()
    {
        if (_reserved > _written) RandomAccess.SetLength(_file, _written);
    }

    public void Execute()
    {
        while (true)
        {
            ArraySegment<byte> next;
            lock (_sync)
            {
                if (!_full.TryPeek(out next))
                {
                    _isWriting = false;
                    break;
                }
            }

            try
            {
                Write(next);
            }
            catch (Exception e)
            {
                lock (_sync)
                {
                    _fault = e;
                    _isWriting = false;
                }

                break;
            }

            lock (_sync)
            {
                _full.Dequeue();
                Release(next.Array!);
            }

            _progress.Set();
        }

        _progress.Set();
    }

    private void Write(ArraySegment<byte> bytes)
    {
        if (_reserves && _written + bytes.Count > _reserved && _written >= LeastReserve)
        {
            long ahead = Math.Min(_written, MostReserve);
            _reserves = Posix.TryReserve(_file, _written, ahead);
            if (_reserves) _reserved = _written + ahead;
        }

        RandomAccess.Write(_file, bytes, _written);
        _written += bytes.Count;
    }

    private void KickIfIdle()
    {
        if (_isWriting || _full.Count is 0 || _fault is not null) return;
        _isWriting = true;
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
    }

    private void Release(byte[] buffer)
    {
        if (buffer.Length == _bufferSize) _free.Push(buffer);
    }

    private bool IsDrained()
    {
        lock (_sync)
        {
            KickIfIdle();
            return _full.Count is 0 && !_isWriting && _fault is null;
        }
    }
}
