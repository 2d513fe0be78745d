using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>Cuts a text into lines as its definition says, byte by byte.</summary>
internal static class ReferenceLines
{
    public static List<byte[]> Of(ReadOnlySpan<byte> text, LineBreaks breaks = LineBreaks.LfOrCrLf)
    {
        var lines = new List<byte[]>();
        var line = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            bool hasCr = text[i] is (byte)'\r';
            bool isCrLf = hasCr && i + 1 < text.Length && text[i + 1] is (byte)'\n';
            bool isBreak = text[i] is (byte)'\n' || isCrLf || (hasCr && breaks is LineBreaks.LfOrCrLfOrCr);
            if (!isBreak)
            {
                line.Add(text[i]);
                continue;
            }

            if (isCrLf) i++;
            lines.Add([.. line]);
            line.Clear();
        }

        if (line.Count > 0) lines.Add([.. line]);
        return lines;
    }
}
