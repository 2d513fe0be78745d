namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Gives the same bytes over and over, up to a length if there is one, and counts what was read.</summary>
internal sealed class EndlessStream(byte[] pattern, long length = long.MaxValue, byte[]? prefix = null) : Stream
{
    private readonly byte[] _prefix = prefix ?? [];

    public long Count { get; private set; }

    public bool IsDisposed { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Min(buffer.Length, length - Count);
        foreach (ref byte place in buffer[..count])
        {
            place = Count < _prefix.Length
                ? _prefix[(int)Count]
                : pattern[(int)((Count - _prefix.Length) % pattern.Length)];
            Count++;
        }

        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        new(Read(buffer.Span));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        Task.FromResult(Read(buffer.AsSpan(offset, count)));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}
