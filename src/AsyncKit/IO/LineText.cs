namespace AsyncKit.IO;

/// <summary>Whole lines of a block, decoded in one go.</summary>
/// <remarks>Decoding each line for itself goes over it twice, to count and to copy, with the start of both.</remarks>
internal sealed class LineText
{
    private char[] _chars = [];
    private int[] _breaks = new int[128];

    public void Decode(byte[] buffer, int start, int end)
    {
        int needed = Utf8Decoding.MaxChars(end - start);
        if (_chars.Length < needed) _chars = GC.AllocateUninitializedArray<char>(needed);
        int length = Utf8Decoding.Decode(buffer, start, end, _chars);
        _ = LineIndex.Find(_chars.AsSpan(0, length), ref _breaks);
    }

    /// <summary>The line of that number among those of the text.</summary>
    public string GetLine(int index)
    {
        int start = index is 0 ? 0 : _breaks[index - 1] + 1;
        int end = _breaks[index];
        if (end > start && _chars[end - 1] is '\r') end--;
        return new string(_chars, start, end - start);
    }
}
