namespace AsyncKit.Tests.IO;

/// <summary>A stream that never gives more than one byte.</summary>
internal sealed class ByteByByteStream(byte[] bytes) : MemoryStream(bytes)
{
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        base.ReadAsync(buffer.Length > 1 ? buffer[..1] : buffer, cancellationToken);
}
