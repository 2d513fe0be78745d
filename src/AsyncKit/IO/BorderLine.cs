using System.Buffers;
using System.Diagnostics;

namespace AsyncKit.IO;

/// <summary>A line that goes across the borders of blocks, or is longer than lines may be.</summary>
[DebuggerDisplay("Length = {Length}, IsOpen = {IsOpen}")]
internal sealed class BorderLine(int maxBytes, OverlongLine onOverlong) : IDisposable
{
    private const int KeptSize = 1024 * 1024;

    private byte[] _bytes = [];
    private int _filled;

    // What follows of the line is left out.
    private bool _isCut;

    public bool IsOpen { get; private set; }

    /// <summary>The line is longer than it may be, and that is to be told.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>A piece of a line that is given in pieces.</summary>
    public bool IsPiece { get; private set; }

    /// <summary>Whether nothing is given of the line.</summary>
    public bool IsSkipped => _isCut && onOverlong is OverlongLine.Skip;

    public byte[] Buffer => _bytes;

    /// <summary>How much of the buffer is the line or the piece: with its break, unless it was cut.</summary>
    public int Length { get; private set; }

    /// <summary>Whether the break of the line is in the buffer.</summary>
    public bool HasBreak { get; private set; }

    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Length);

    /// <summary>Begins a line.</summary>
    public void Open()
    {
        IsOpen = true;
        IsPiece = _isCut = HasBreak = false;
        _filled = Length = 0;
        if (_bytes.Length > KeptSize) Dispose();
    }

    /// <summary>Takes what follows of the line.</summary>
    /// <param name="bytes">The bytes, with the break when they have it.</param>
    /// <param name="endsLine">Whether they do.</param>
    /// <returns>How many were taken: all, unless they make a piece.</returns>
    public int Take(ReadOnlySpan<byte> bytes, bool endsLine)
    {
        if (IsPiece) GoOn();
        if (_isCut) return bytes.Length;
        int content = _filled + bytes.Length - (endsLine ? BreakLength(bytes) : 0);

        // A carriage return at the end may be a part of the break. It is known with the next byte.
        bool mayBeBreak = !endsLine && bytes[^1] is (byte)'\r';
        if (content <= maxBytes || (mayBeBreak && content == maxBytes + 1))
        {
            Append(bytes);
            HasBreak = endsLine;
            Length = _filled;
            return bytes.Length;
        }

        return Cut(bytes);
    }

    /// <summary>The text has ended: with a carriage return at the end that was not a break.</summary>
    public void End()
    {
        if (IsPiece) GoOn();
        if (!_isCut && _filled > maxBytes) Cut([]);
    }

    /// <summary>The line, or all of its pieces, has been given.</summary>
    public void Close() => IsOpen = false;

    public void Dispose()
    {
        if (_bytes.Length is 0) return;
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
    }

    private int Cut(ReadOnlySpan<byte> bytes)
    {
        switch (onOverlong)
        {
            case OverlongLine.Throw:
                IsRefused = true;
                return 0;
            case OverlongLine.Skip:
                _isCut = true;
                return bytes.Length;
            default:
                // One byte more than there may be, to see whether a character begins there.
                int taken = Math.Clamp(maxBytes + 1 - _filled, 0, bytes.Length);
                Append(bytes[..taken]);
                Length = CharacterEnd();
                if (onOverlong is OverlongLine.Split)
                {
                    IsPiece = true;
                    return taken;
                }

                _isCut = true;
                return bytes.Length;
        }
    }

    // Up to three bytes back from the longest that may be; where there are no characters, at the longest.
    private int CharacterEnd()
    {
        for (int end = maxBytes; end > Math.Max(0, maxBytes - 4); end--)
        {
            if ((_bytes[end] & 0xC0) is not 0x80) return end;
        }

        return maxBytes;
    }

    // What did not fit into the piece begins the next one.
    private void GoOn()
    {
        _bytes.AsSpan(Length, _filled - Length).CopyTo(_bytes);
        _filled -= Length;
        Length = _filled;
        IsPiece = false;
    }

    private int BreakLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes[^1] is (byte)'\r') return 1;
        bool follows = bytes.Length > 1 ? bytes[^2] is (byte)'\r' : _filled > 0 && _bytes[_filled - 1] is (byte)'\r';
        return follows ? 2 : 1;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_filled + bytes.Length > _bytes.Length) Grow(_filled + bytes.Length);
        bytes.CopyTo(_bytes.AsSpan(_filled));
        _filled += bytes.Length;
    }

    private void Grow(int needed)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(needed, 2 * _bytes.Length));
        _bytes.AsSpan(0, _filled).CopyTo(larger);
        Dispose();
        _bytes = larger;
    }
}
