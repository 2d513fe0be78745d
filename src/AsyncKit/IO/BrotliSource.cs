using System.Buffers;
using System.IO.Compression;

namespace AsyncKit.IO;

/// <summary>Decompresses Brotli.</summary>
/// <remarks>Not by <see cref="BrotliStream"/>, which takes the end of a file that was cut off for its end.</remarks>
internal sealed class BrotliSource(ByteSource source) : ConvertingSource(source)
{
    private BrotliDecoder _decoder;
    private int _start;
    private int _end;
    private bool _isDone;

    public override ValueTask DisposeAsync()
    {
        _decoder.Dispose();
        return base.DisposeAsync();
    }

    protected override int Convert(Span<byte> buffer)
    {
        if (_isDone) return 0;
        OperationStatus status =
            _decoder.Decompress(Raw.AsSpan(_start, _end - _start), buffer, out int read, out int written);
        _start += read;
        if (status is OperationStatus.InvalidData) throw new InvalidDataException($"'{Name}' is not valid Brotli.");
        _isDone = status is OperationStatus.Done;
        return written;
    }

    protected override void Take(int read)
    {
        if (read is 0 && !_isDone) throw new InvalidDataException($"'{Name}' is cut off: its Brotli has no end.");
        _start = 0;
        _end = read;
    }
}
