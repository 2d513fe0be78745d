using Microsoft.Win32.SafeHandles;

namespace AsyncKit.IO;

/// <summary>The end of a file of lines: whether its last line is whole, and where it starts.</summary>
internal static class FileTail
{
    private const int BlockSize = 64 * 1024;

    /// <summary>Finds how long a file is.</summary>
    /// <returns>False: it is a pipe, which has no length and no places to write to.</returns>
    public static bool TryGetLength(SafeFileHandle file, out long length)
    {
        try
        {
            length = RandomAccess.GetLength(file);
            return true;
        }
        catch (NotSupportedException)
        {
            length = 0;
            return false;
        }
    }

    /// <summary>Whether there is something behind the last line break.</summary>
    public static bool IsTorn(SafeFileHandle file)
    {
        if (!TryGetLength(file, out long length) || length is 0) return false;
        Span<byte> last = stackalloc byte[1];
        return RandomAccess.Read(file, last, length - 1) is 1 && last[0] is not (byte)'\n';
    }

    /// <summary>Finds the place behind the last line break, or the start of the file.</summary>
    public static long StartOfLastLine(SafeFileHandle file)
    {
        var block = new byte[BlockSize];
        long end = RandomAccess.GetLength(file);
        while (end > 0)
        {
            long start = Math.Max(end - BlockSize, 0);
            int read = RandomAccess.Read(file, block.AsSpan(0, (int)(end - start)), start);
            int lineBreak = block.AsSpan(0, read).LastIndexOf((byte)'\n');
            if (lineBreak >= 0) return start + lineBreak + 1;
            end = start;
        }

        return 0;
    }
}
