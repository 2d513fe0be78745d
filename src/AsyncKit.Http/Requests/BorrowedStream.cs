namespace AsyncKit.Http;

/// <summary>
/// Gives the bytes that were read ahead, and then those of a stream that belongs to somebody else and stays open.
/// </summary>
internal sealed class BorrowedStream(ReadOnlyMemory<byte> head, Stream rest) : ReadThroughStream(Null)
{
    private ReadOnlyMemory<byte> _head = head;

    public override int Read(Span<byte> buffer) => _head.IsEmpty ? rest.Read(buffer) : TakeHead(buffer);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _head.IsEmpty ? rest.ReadAsync(buffer, cancellationToken) : new(TakeHead(buffer.Span));

    private int TakeHead(Span<byte> buffer)
    {
        int length = Math.Min(buffer.Length, _head.Length);
        _head.Span[..length].CopyTo(buffer);
        _head = _head[length..];
        return length;
    }
}
