using System.Buffers;

namespace AsyncKit.Http;

/// <summary>Collects a body whose length is not known: memory is taken, from the pool, as its bytes come.</summary>
internal sealed class BodyBuffer(int firstBytes) : IDisposable
{
    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(firstBytes);
    private int _length;

    /// <summary>The room for the next bytes: never empty.</summary>
    public Memory<byte> Free
    {
        get
        {
            if (_length == _bytes.Length) Grow();
            return _bytes.AsMemory(_length);
        }
    }

    /// <summary>Takes in what was written to the beginning of <see cref="Free"/>.</summary>
    public void Add(int count) => _length += count;

    public byte[] ToArray() => _bytes.AsSpan(0, _length).ToArray();

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _length = 0;
    }

    private void Grow()
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Array.MaxLength, _bytes.Length * 2L));
        _bytes.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}
