using System.Buffers;
using System.IO.Compression;

namespace AsyncKit.Http;

/// <summary>Decompresses Brotli, and finds out when it breaks off.</summary>
/// <remarks>Not by <see cref="BrotliStream"/>, which takes a body that breaks off for a whole one.</remarks>
internal sealed class BrotliBody(Stream coded) : ReadThroughStream(coded)
{
    private readonly Stream _coded = coded;
    private readonly byte[] _input = new byte[8 * 1024];
    private BrotliDecoder _decoder;
    private int _start;
    private int _end;
    private bool _hasBegun;
    private bool _isDone;

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (Decode(buffer) is > 0 and var written) return written;
            if (!Took(_coded.Read(_input))) return 0;
        }
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (Decode(buffer.Span) is > 0 and var written) return written;
            if (!Took(await _coded.ReadAsync(_input, cancellationToken).ConfigureAwait(false))) return 0;
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) _decoder.Dispose();
    }

    private int Decode(Span<byte> buffer)
    {
        var written = 0;
        if (!_isDone)
        {
            OperationStatus status =
                _decoder.Decompress(_input.AsSpan(_start, _end - _start), buffer, out int read, out written);
            _start += read;
            if (status is OperationStatus.InvalidData) throw new InvalidDataException("The Brotli body is damaged.");
            _isDone = status is OperationStatus.Done;
        }

        if (_isDone && _start < _end) throw new InvalidDataException("The Brotli body goes on after its end.");
        return written;
    }

    // Called when nothing is left of what came before.
    private bool Took(int read)
    {
        // A body of no bytes at all is an empty one, whatever its header says of its coding.
        if (read is 0 && _hasBegun && !_isDone) throw new InvalidDataException("The Brotli body breaks off.");
        _start = 0;
        _end = read;
        _hasBegun |= read > 0;
        return read > 0;
    }
}
