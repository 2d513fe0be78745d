using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;

namespace AsyncKit.IO;

/// <summary>Makes strings of UTF-8, as fast as the processor can.</summary>
internal static class Utf8Decoding
{
    /// <summary>How many characters there must be room for: the vectors write a whole block at the end.</summary>
    public static int MaxChars(int bytes) => bytes + 64;

    /// <summary>Decodes a text that begins and ends between characters. What is not valid is replaced.</summary>
    /// <returns>How many characters it has.</returns>
    public static int Decode(byte[] buffer, int start, int end, char[] chars)
    {
        ReadOnlySpan<byte> text = buffer.AsSpan(start, end - start);
        if (Utf8Vectors.AreUsed && start >= 3 && end + 64 <= buffer.Length && Utf8Vectors.IsValid(text))
            return Utf8Vectors.Decode(buffer, start, end, chars);
        Utf8.ToUtf16(text, chars, out int read, out int written);
        Debug.Assert(read == text.Length);
        return written;
    }

    /// <summary>Decodes one line.</summary>
    public static string ToString(ReadOnlySpan<byte> line, bool isAscii) =>
        isAscii ? Widen(line) : Encoding.UTF8.GetString(line);

    // One pass with no checks: who calls knows that all is ASCII.
    private static string Widen(ReadOnlySpan<byte> ascii) => ascii.IsEmpty
        ? ""
        : string.Create(ascii.Length, ascii, static (chars, bytes) => Widen(bytes, chars));

    private static void Widen(ReadOnlySpan<byte> bytes, Span<char> chars)
    {
        ref byte source = ref MemoryMarshal.GetReference(bytes);
        ref ushort target = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(chars));
        int length = bytes.Length;
        if (Vector512.IsHardwareAccelerated && length >= 64)
        {
            for (var at = 0; at < length - 64; at += 64) Widen64(ref source, ref target, at);
            Widen64(ref source, ref target, length - 64);
        }
        else if (length >= 32)
        {
            for (var at = 0; at < length - 32; at += 32) Widen32(ref source, ref target, at);
            Widen32(ref source, ref target, length - 32);
        }
        else if (length >= 16)
        {
            Widen16(ref source, ref target, 0);
            Widen16(ref source, ref target, length - 16);
        }
        else
        {
            for (var at = 0; at < length; at++) Unsafe.Add(ref target, at) = Unsafe.Add(ref source, at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen64(ref byte source, ref ushort target, int at)
    {
        (Vector512<ushort> low, Vector512<ushort> high) =
            Vector512.Widen(Vector512.LoadUnsafe(ref source, (nuint)at));
        low.StoreUnsafe(ref target, (nuint)at);
        high.StoreUnsafe(ref target, (nuint)(at + 32));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen32(ref byte source, ref ushort target, int at)
    {
        (Vector256<ushort> low, Vector256<ushort> high) =
            Vector256.Widen(Vector256.LoadUnsafe(ref source, (nuint)at));
        low.StoreUnsafe(ref target, (nuint)at);
        high.StoreUnsafe(ref target, (nuint)(at + 16));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen16(ref byte source, ref ushort target, int at)
    {
        (Vector128<ushort> low, Vector128<ushort> high) =
            Vector128.Widen(Vector128.LoadUnsafe(ref source, (nuint)at));
        low.StoreUnsafe(ref target, (nuint)at);
        high.StoreUnsafe(ref target, (nuint)(at + 8));
    }
}
