using System.Diagnostics;

namespace AsyncKit.IO;

/// <summary>The lines that can be taken now: those of a block, or one that goes across blocks.</summary>
[DebuggerDisplay("{Remaining} lines from {LinesBefore + 1}")]
internal sealed class LineView
{
    private int _firstBreak;
    private bool _isTailTaken;

    public byte[] Buffer { get; private set; } = [];

    /// <summary>The positions of the breaks; the lines between <see cref="Next"/> and <see cref="Last"/> are those that
    /// can be taken.</summary>
    public int[] Breaks { get; private set; } = [];

    /// <summary>Which break ends the next line.</summary>
    public int Next { get; private set; }

    public int Last { get; private set; }

    /// <summary>Where the next line begins.</summary>
    public int Position { get; private set; }

    /// <summary>Where a line ends that has no break and comes after the others; -1 without one.</summary>
    public int TailEnd { get; private set; } = -1;

    public bool IsAscii { get; private set; }

    public LineText? Text { get; private set; }

    /// <summary>How many lines of the text come before the first of the view.</summary>
    public long LinesBefore { get; private set; }

    /// <summary>Where the first byte of the buffer is in the text.</summary>
    public long Origin { get; private set; }

    /// <summary>Changes when what was given out before is not valid any more.</summary>
    public int Version { get; private set; }

    public int Remaining => Last - Next + (TailEnd >= 0 ? 1 : 0);

    public bool HasLine => Next < Last || TailEnd >= 0;

    /// <summary>The number of the line that was taken last.</summary>
    public long LineNumber => LinesBefore + Next - _firstBreak + (_isTailTaken ? 1 : 0);

    public long Offset => Origin + Position;

    /// <summary>Shows nothing yet, behind lines that others have read.</summary>
    public void BeginAfter(long lines) => LinesBefore = lines;

    /// <summary>Shows whole lines of a block.</summary>
    public void Show(LineBlock block, int firstBreak, int lastBreak, int position, long linesBefore, long origin)
    {
        Set(block.Buffer, block.Breaks, firstBreak, lastBreak, position, linesBefore, origin);
        IsAscii = block.IsAscii;
        Text = block.Text;
    }

    /// <summary>Shows a line that is in no block as a whole.</summary>
    public void Show(BorderLine line, int[] breakAtItsEnd, long linesBefore, long origin)
    {
        Set(line.Buffer, breakAtItsEnd, 0, line.HasBreak ? 1 : 0, 0, linesBefore, origin);
        if (line.HasBreak) breakAtItsEnd[0] = line.Length - 1;
        else TailEnd = line.Length;
        IsAscii = System.Text.Ascii.IsValid(line.Bytes);
        Text = null;
    }

    /// <summary>Takes the last lines away, from a break on.</summary>
    public void EndBefore(int lineBreak)
    {
        Last = lineBreak;
        TailEnd = -1;
    }

    /// <summary>Takes the next line.</summary>
    public ReadOnlySpan<byte> Take()
    {
        int start = Position;
        if (Next == Last) return Buffer.AsSpan(start, TakeTail() - start);
        int end = Breaks[Next++];
        Position = end + 1;
        return Buffer.AsSpan(start, LengthOf(start, end));
    }

    /// <summary>Takes the next line as memory.</summary>
    public ReadOnlyMemory<byte> TakeMemory()
    {
        int start = Position;
        if (Next == Last) return Buffer.AsMemory(start, TakeTail() - start);
        int end = Breaks[Next++];
        Position = end + 1;
        return Buffer.AsMemory(start, LengthOf(start, end));
    }

    /// <summary>Takes the next line as text.</summary>
    public string TakeString()
    {
        if (Text is null || Next is 0) return Utf8Decoding.ToString(Take(), IsAscii);
        int index = Next++;
        Position = Breaks[index] + 1;
        return Text.GetLine(index - 1);
    }

    /// <summary>Takes all lines.</summary>
    public void TakeAll()
    {
        if (Next < Last)
        {
            Next = Last;
            Position = Breaks[Last - 1] + 1;
        }

        if (TailEnd >= 0) TakeTail();
    }

    /// <summary>What was shown is over.</summary>
    public void Clear()
    {
        Next = Last;
        TailEnd = -1;
        Version++;
    }

    private int TakeTail()
    {
        int end = Position = TailEnd;
        TailEnd = -1;
        _isTailTaken = true;
        return end;
    }

    // The length of a line with a break at its end, which may have two bytes.
    private int LengthOf(int start, int end)
    {
        int length = end - start;
        return length > 0 && Buffer[end - 1] is (byte)'\r' && Buffer[end] is (byte)'\n' ? length - 1 : length;
    }

    /// <summary>A copy of lines in a buffer of their own: from a break and the position behind the one
    /// before.</summary>
    public LineView Copy(int firstBreak, int start, int tailEnd, long linesBefore)
    {
        int end = tailEnd >= 0 ? tailEnd : Breaks[Last - 1] + 1;
        int[] breaks = Breaks[firstBreak..Last];
        for (var i = 0; i < breaks.Length; i++) breaks[i] -= start;
        var copy = new LineView();
        copy.Set(Buffer[start..end], breaks, 0, breaks.Length, 0, linesBefore, Origin + start);
        if (tailEnd >= 0) copy.TailEnd = tailEnd - start;
        copy.IsAscii = IsAscii;
        return copy;
    }

    private void Set(
        byte[] buffer, int[] breaks, int firstBreak, int lastBreak, int position, long linesBefore, long origin)
    {
        Buffer = buffer;
        Breaks = breaks;
        Next = _firstBreak = firstBreak;
        Last = lastBreak;
        Position = position;
        TailEnd = -1;
        LinesBefore = linesBefore;
        Origin = origin;
        _isTailTaken = false;
        Version++;
    }
}
