namespace AsyncKit.Testing;

/// <summary>How a body comes: its bytes, in which pieces, and what happens where it stops.</summary>
/// <param name="Bytes">The whole body, as the client expects it.</param>
/// <param name="Length">How much of it comes.</param>
/// <param name="PieceSize">The most that comes at a time.</param>
/// <param name="Every">The time before each piece.</param>
/// <param name="Stalls">Whether a body that stops early stays silent, instead of breaking off.</param>
internal sealed record BodyScript(byte[] Bytes, int Length, int PieceSize, TimeSpan Every, bool Stalls)
{
    public static BodyScript Dripping(byte[] bytes, int pieceSize, TimeSpan every) =>
        new(bytes, bytes.Length, pieceSize, every, Stalls: false);

    public static BodyScript Stopping(byte[] bytes, int length, bool stalls) =>
        new(bytes, length, PieceSize: int.MaxValue, TimeSpan.Zero, stalls);
}
