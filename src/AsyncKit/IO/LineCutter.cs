using System.Diagnostics;
using System.Text.Unicode;

namespace AsyncKit.IO;

/// <summary>Cuts blocks into lines. It reads nothing: blocks are given to it, one after the other.</summary>
/// <param name="options">How lines are read.</param>
/// <param name="cutsHeads">Whether the first line of each block is shown alone, as text that is decoded by blocks has
/// it: where a block begins, a character may be cut in two.</param>
/// <param name="name">What the text is called in messages.</param>
[DebuggerDisplay("Offset = {Offset}, LineCount = {LineCount}")]
internal sealed class LineCutter(LineReadOptions options, bool cutsHeads, string name) : IDisposable
{
    private readonly BorderLine _border = new(options.MaxLineBytes, options.OnOverlong);
    private readonly int[] _borderBreak = new int[1];
    private LineBlock? _block;
    private int _nextBreak;
    private int _position;
    private bool _endedWithCr;
    private long _blockOffset;
    private InvalidDataException? _fault;

    /// <summary>The lines that can be taken.</summary>
    public LineView View { get; } = new();

    /// <summary>How many lines have been shown, those that were skipped among them.</summary>
    public long LineCount { get; private set; }

    /// <summary>Where the first line is that has not been shown.</summary>
    public long Offset { get; private set; }

    /// <summary>Begins behind the start of a text.</summary>
    public void BeginAt(long offset, long lineCount, bool afterCr)
    {
        Offset = _blockOffset = offset;
        LineCount = lineCount;
        _endedWithCr = afterCr;
        View.BeginAfter(lineCount);
    }

    /// <summary>Takes a block, when the one before is used up.</summary>
    public void Take(LineBlock block)
    {
        _block = block;
        _position = block.Start;
        _nextBreak = 0;
        if (_endedWithCr && block.Bytes[0] is (byte)'\n')
        {
            // The second half of a break: the first was enough to end the line.
            _position++;
            _nextBreak++;
            Offset++;
        }

        _endedWithCr = options.Breaks is LineBreaks.LfOrCrLfOrCr && block.Bytes[^1] is (byte)'\r';
    }

    /// <summary>Shows the next lines.</summary>
    /// <returns>Whether there are any; if not, the next block is needed.</returns>
    /// <exception cref="InvalidDataException">The next line is one that is refused.</exception>
    public bool TryCut()
    {
        View.Clear();
        if (_fault is not null) throw _fault;
        while (_block is { } block)
        {
            bool hasBreak = _nextBreak < block.BreakCount;
            bool isHead = cutsHeads && _nextBreak is 0;
            if (!_border.IsOpen && hasBreak && !isHead && TryCutLines(block)) return true;
            if (_position == block.End)
            {
                _blockOffset += block.End - block.Start;
                _block = null;
                return false;
            }

            if (CutBorder(block, hasBreak)) return true;
        }

        return false;
    }

    /// <summary>Shows what is left when the text has ended.</summary>
    /// <returns>Whether anything is left.</returns>
    /// <exception cref="InvalidDataException">It is a line that is refused.</exception>
    public bool TryCutLast()
    {
        View.Clear();
        if (_fault is not null) throw _fault;
        if (!_border.IsOpen) return false;
        _border.End();
        if (_border.IsRefused) throw Refuse(LineCount + 1);
        if (_border.IsPiece) return ShowPiece();
        _border.Close();
        if (_border.IsSkipped) return EndSkipped(_blockOffset);
        return ShowBorder(_blockOffset);
    }

    public void Dispose() => _border.Dispose();

    // All whole lines that the block has, up to one that is too long.
    private bool TryCutLines(LineBlock block)
    {
        int last = block.BreakCount;
        if (options.MaxLineBytes < block.End - _position) last = FirstTooLong(block);
        if (last == _nextBreak)
        {
            _border.Open();
            return false;
        }

        int end = block.Breaks[last - 1] + 1;
        View.Show(block, _nextBreak, last, _position, LineCount, _blockOffset - block.Start);
        if (options.OnInvalid is InvalidText.Throw && !block.IsAscii)
        {
            ReadOnlySpan<byte> lines = block.Buffer.AsSpan(_position, end - _position);
            if (!Utf8.IsValid(lines))
            {
                last = FirstInvalid(block, last);
                View.EndBefore(last);
                if (last == _nextBreak) throw Invalid();
                end = block.Breaks[last - 1] + 1;
            }
        }

        LineCount += last - _nextBreak;
        Offset += end - _position;
        _nextBreak = last;
        _position = end;
        return true;
    }

    // The rest of a line that another block began, or the beginning of one that another block ends.
    private bool CutBorder(LineBlock block, bool hasBreak)
    {
        if (!_border.IsOpen) _border.Open();
        int end = hasBreak ? block.Breaks[_nextBreak] + 1 : block.End;
        _position += _border.Take(block.Buffer.AsSpan(_position, end - _position), hasBreak);
        if (_border.IsRefused) throw Refuse(LineCount + 1);
        if (_border.IsPiece) return ShowPiece();
        if (!hasBreak) return false;
        _nextBreak++;
        _border.Close();
        long next = _blockOffset + _position - block.Start;
        if (_border.IsSkipped) return EndSkipped(next);
        return ShowBorder(next);
    }

    private bool ShowBorder(long next)
    {
        View.Show(_border, _borderBreak, LineCount, Offset);
        ThrowIfInvalidBorder();
        LineCount++;
        Offset = next;
        return true;
    }

    // A piece has the number of its line, and a checkpoint the beginning of it.
    private bool ShowPiece()
    {
        View.Show(_border, _borderBreak, LineCount, Offset);
        ThrowIfInvalidBorder();
        return true;
    }

    private bool EndSkipped(long next)
    {
        LineCount++;
        Offset = next;
        return false;
    }

    private void ThrowIfInvalidBorder()
    {
        if (options.OnInvalid is not InvalidText.Throw || View.IsAscii || Utf8.IsValid(_border.Bytes)) return;
        View.EndBefore(0);
        throw Invalid();
    }

    private int FirstTooLong(LineBlock block)
    {
        int start = _position;
        for (int line = _nextBreak; line < block.BreakCount; line++)
        {
            int end = block.Breaks[line];
            int length = end - start;
            if (length > options.MaxLineBytes && block.Buffer[end] is (byte)'\n' && block.Buffer[end - 1] is (byte)'\r')
                length--;
            if (length > options.MaxLineBytes) return line;
            start = end + 1;
        }

        return block.BreakCount;
    }

    private int FirstInvalid(LineBlock block, int last)
    {
        int start = _position;
        for (int line = _nextBreak; line < last; line++)
        {
            int end = block.Breaks[line] + 1;
            if (!Utf8.IsValid(block.Buffer.AsSpan(start, end - start))) return line;
            start = end;
        }

        return last;
    }

    private InvalidDataException Refuse(long line) => _fault = new InvalidDataException(
        $"Line {line} of '{name}' is longer than {options.MaxLineBytes} bytes.");

    private InvalidDataException Invalid() => _fault = new InvalidDataException(
        $"Line {LineCount + 1} of '{name}' has bytes that are not UTF-8.");
}
