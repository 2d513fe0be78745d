namespace AsyncKit.IO;

/// <summary>Refuses what would not come back as the line it was given as.</summary>
internal static class OneLine
{
    /// <exception cref="ArgumentException">It would be two lines.</exception>
    public static void ThrowIfSplit(ReadOnlySpan<char> line, string parameter)
    {
        int lineBreak = line.IndexOfAny('\r', '\n');
        if (lineBreak >= 0) throw Split(lineBreak, parameter);
    }

    /// <exception cref="ArgumentException">It would be two lines.</exception>
    public static void ThrowIfSplit(ReadOnlySpan<byte> line, string parameter)
    {
        int lineBreak = line.IndexOfAny((byte)'\r', (byte)'\n');
        if (lineBreak >= 0) throw Split(lineBreak, parameter);
    }

    private static ArgumentException Split(int lineBreak, string parameter) =>
        new($"A line must not contain a line break, but there is one at index {lineBreak}.", parameter);
}
