namespace AsyncKit.Http.Tests.Downloads;

/// <summary>Gives the beginning of some bytes, and then whatever it is told to.</summary>
internal sealed class BreakingStream(byte[] bytes, int after, Func<CancellationToken, Task> atBreak)
    : MemoryStream(bytes, 0, Math.Min(after, bytes.Length))
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (Position == Length) await atBreak(cancellationToken);
        return await base.ReadAsync(buffer, cancellationToken);
    }
}
