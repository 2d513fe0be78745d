using System.Buffers;
using System.Diagnostics;
using System.Text;

namespace AsyncKit.IO;

/// <summary>What was read in one go, and where its line breaks are.</summary>
[DebuggerDisplay("Length = {End - Start}, Breaks = {BreakCount}")]
internal sealed class LineBlock : IDisposable
{
    // The vectors of the transcoder look at that much before a text and behind it.
    private const int Slack = 64;

    private const int SampleSize = 1024;

    // From there on it is taken from the size that was asked for: the pool has arrays of powers of two.
    private const int LargeSize = 4096;

    private int[] _breaks = new int[128];
    private int _size;
    private bool _isIndexed;
    private LineText? _spareText;

    public byte[] Buffer { get; private set; } = [];

    /// <summary>Where the bytes begin.</summary>
    public int Start { get; private set; } = Slack;

    /// <summary>Where they end. With no bytes, the text has ended.</summary>
    public int End { get; private set; } = Slack;

    /// <summary>The positions of the breaks; of those of two bytes, that of the second.</summary>
    public int[] Breaks => _breaks;

    public int BreakCount { get; private set; }

    public bool IsAscii { get; private set; }

    /// <summary>The text of the whole lines behind the first break, when it was asked for and is not ASCII.</summary>
    public LineText? Text { get; private set; }

    /// <summary>Where the next bytes are read to, behind those that are there.</summary>
    public Memory<byte> Free => Buffer.AsMemory(End, Slack + _size - End);

    public ReadOnlySpan<byte> Bytes => Buffer.AsSpan(Start, End - Start);

    /// <summary>Makes room for so many bytes, and forgets those that were there.</summary>
    public void Clear(int size)
    {
        int needed = size < LargeSize ? size + 2 * Slack : size;
        _size = needed - 2 * Slack;
        Start = End = Slack;
        BreakCount = 0;
        Text = null;
        _isIndexed = false;
        if (Buffer.Length >= needed) return;
        Dispose();
        Buffer = ArrayPool<byte>.Shared.Rent(needed);
    }

    public void Add(int read) => End += read;

    /// <summary>Leaves out bytes at the beginning that are not of the text.</summary>
    public void Skip(int bytes) => Start += bytes;

    /// <summary>Finds the breaks, unless they have been found.</summary>
    public void Index(LineBreaks breaks)
    {
        if (_isIndexed) return;
        _isIndexed = true;
        bool isAscii;
        BreakCount = breaks is LineBreaks.LfOrCrLf
            ? LineIndex.Find(Bytes, Start, ref _breaks, out isAscii)
            : LineIndex.FindWithCr(Bytes, Start, ref _breaks, out isAscii);
        IsAscii = isAscii;
    }

    /// <summary>Decodes the whole lines behind the first break. For text that is ASCII, which needs no decoding, it
    /// finds the breaks.</summary>
    /// <remarks>By a thread ahead, which so has about as much to do as who makes strings of it. What the text is shows
    /// at its beginning, most often.</remarks>
    public void Decode(LineBreaks breaks)
    {
        if (Ascii.IsValid(Bytes[..Math.Min(Bytes.Length, SampleSize)])) Index(breaks);
        if (_isIndexed && IsAscii) return;
        int first = Bytes.IndexOf((byte)'\n');
        int last = Bytes.LastIndexOf((byte)'\n');
        if (first == last || breaks is not LineBreaks.LfOrCrLf) return;
        Text = _spareText ??= new LineText();
        Text.Decode(Buffer, Start + first + 1, Start + last + 1);
    }

    public void Dispose()
    {
        if (Buffer.Length is 0) return;
        ArrayPool<byte>.Shared.Return(Buffer);
        Buffer = [];
    }
}
