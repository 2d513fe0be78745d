using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace AsyncKit.IO;

/// <summary>Finds all line breaks of a buffer in one pass.</summary>
/// <remarks>
/// A search for the next break costs a call and a start for each line. Here 64 bytes give a mask of the breaks in them,
/// and two positions are written whether there are so many or not: a branch that is guessed wrong costs more than a
/// write that is overwritten (as in simdjson, Langdale and Lemire 2019).
/// </remarks>
internal static class LineIndex
{
    // What one step may write beyond the positions that it counts.
    private const int Room = 66;

    /// <summary>Writes where each <c>\n</c> stands, and tells whether all bytes are ASCII.</summary>
    /// <param name="bytes">What to search.</param>
    /// <param name="origin">What is added to each position.</param>
    /// <param name="breaks">Where the positions go; a larger one is taken when they are too many.</param>
    /// <param name="isAscii">Whether no byte has its highest bit set.</param>
    /// <returns>How many there are.</returns>
    public static int Find(ReadOnlySpan<byte> bytes, int origin, ref int[] breaks, out bool isAscii)
    {
        int at = bytes.Length & ~63;
        int count = Vector512.IsHardwareAccelerated ? Find512(bytes[..at], origin, ref breaks, out bool isOther)
            : Vector256.IsHardwareAccelerated ? Find256(bytes[..at], origin, ref breaks, out isOther)
            : FindRest(bytes, origin, at = 0, 0, ref breaks, out isOther);
        if (at == bytes.Length || (at is 0 && !Vector256.IsHardwareAccelerated))
        {
            isAscii = !isOther;
            return count;
        }

        count = FindRest(bytes, origin, at, count, ref breaks, out bool isRestOther);
        isAscii = !(isOther | isRestOther);
        return count;
    }

    /// <summary>The same, where a lone <c>\r</c> is a break too. The position is that of the last byte of the break.
    /// </summary>
    public static int FindWithCr(ReadOnlySpan<byte> bytes, int origin, ref int[] breaks, out bool isAscii)
    {
        var count = 0;
        var at = 0;
        while (bytes[at..].IndexOfAny((byte)'\r', (byte)'\n') is >= 0 and var next)
        {
            at += next;
            if (bytes[at] is (byte)'\r' && at + 1 < bytes.Length && bytes[at + 1] is (byte)'\n') at++;
            if (count == breaks.Length) Grow(ref breaks, count);
            breaks[count++] = origin + at++;
        }

        isAscii = System.Text.Ascii.IsValid(bytes);
        return count;
    }

    /// <summary>Writes where each <c>\n</c> of a text stands.</summary>
    /// <returns>How many there are.</returns>
    public static int Find(ReadOnlySpan<char> text, ref int[] breaks)
    {
        var count = 0;
        var at = 0;
        ref ushort start = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        if (Vector512.IsHardwareAccelerated)
        {
            Vector512<ushort> lf = Vector512.Create((ushort)'\n');
            for (; at <= text.Length - 64; at += 64)
            {
                if (count + Room > breaks.Length) Grow(ref breaks, count);
                Vector512<ushort> low = Vector512.LoadUnsafe(ref start, (nuint)at);
                Vector512<ushort> high = Vector512.LoadUnsafe(ref start, (nuint)(at + 32));
                ulong mask = Vector512.Equals(low, lf).ExtractMostSignificantBits()
                    | (Vector512.Equals(high, lf).ExtractMostSignificantBits() << 32);
                count = Write(mask, at, breaks, count);
            }
        }

        while (text[at..].IndexOf('\n') is >= 0 and var next)
        {
            at += next;
            if (count == breaks.Length) Grow(ref breaks, count);
            breaks[count++] = at++;
        }

        return count;
    }

    private static int Find512(ReadOnlySpan<byte> bytes, int origin, ref int[] breaks, out bool isOther)
    {
        var count = 0;
        Vector512<byte> seen = default;
        Vector512<byte> lf = Vector512.Create((byte)'\n');
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        for (var at = 0; at < bytes.Length; at += 64)
        {
            if (count + Room > breaks.Length) Grow(ref breaks, count);
            Vector512<byte> block = Vector512.LoadUnsafe(ref start, (nuint)at);
            seen |= block;
            count = Write(Vector512.Equals(block, lf).ExtractMostSignificantBits(), origin + at, breaks, count);
        }

        isOther = seen.ExtractMostSignificantBits() is not 0;
        return count;
    }

    private static int Find256(ReadOnlySpan<byte> bytes, int origin, ref int[] breaks, out bool isOther)
    {
        var count = 0;
        Vector256<byte> seen = default;
        Vector256<byte> lf = Vector256.Create((byte)'\n');
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        for (var at = 0; at < bytes.Length; at += 64)
        {
            if (count + Room > breaks.Length) Grow(ref breaks, count);
            Vector256<byte> low = Vector256.LoadUnsafe(ref start, (nuint)at);
            Vector256<byte> high = Vector256.LoadUnsafe(ref start, (nuint)(at + 32));
            seen |= low | high;
            ulong mask = Vector256.Equals(low, lf).ExtractMostSignificantBits()
                | ((ulong)Vector256.Equals(high, lf).ExtractMostSignificantBits() << 32);
            count = Write(mask, origin + at, breaks, count);
        }

        isOther = seen.ExtractMostSignificantBits() is not 0;
        return count;
    }

    // What is left of the blocks, and all where vectors are short: a search for each break.
    private static int FindRest(
        ReadOnlySpan<byte> bytes, int origin, int at, int count, ref int[] breaks, out bool isOther)
    {
        isOther = !System.Text.Ascii.IsValid(bytes[at..]);
        while (bytes[at..].IndexOf((byte)'\n') is >= 0 and var next)
        {
            at += next;
            if (count == breaks.Length) Grow(ref breaks, count);
            breaks[count++] = origin + at++;
        }

        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Write(ulong mask, int position, int[] breaks, int count)
    {
        ref int next = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(breaks), count);
        int found = BitOperations.PopCount(mask);
        next = position + BitOperations.TrailingZeroCount(mask);
        ulong others = mask & (mask - 1);
        Unsafe.Add(ref next, 1) = position + BitOperations.TrailingZeroCount(others);
        if (found > 2)
        {
            var written = 2;
            do
            {
                others &= others - 1;
                Unsafe.Add(ref next, written++) = position + BitOperations.TrailingZeroCount(others);
            }
            while (written < found);
        }

        return count + found;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Grow(ref int[] breaks, int used)
    {
        int[] larger = new int[Math.Max(breaks.Length * 2, used + 1024)];
        breaks.AsSpan(0, used).CopyTo(larger);
        breaks = larger;
    }
}
