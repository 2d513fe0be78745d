using System.IO.Compression;

namespace AsyncKit.IO;

/// <summary>Decompresses GZip, of one member or several.</summary>
/// <remarks>
/// <see cref="GZipStream"/> takes the end of a file that was cut off for its end, and does not tell. So what follows
/// the file here is one member more, whose content is known. When it comes out as it is, and nothing else, then the
/// member before it was whole; when the file was cut off, it is taken for a part of that.
/// </remarks>
internal sealed class GZipSource : ByteSource
{
    private static readonly byte[] _mark = [.. "the end of a file that is whole"u8];
    private static readonly byte[] _markMember = Compress(_mark);

    private readonly MarkedContent _content;
    private readonly GZipStream _text;
    private readonly byte[] _last = new byte[_mark.Length + 1];
    private int _lastLength;

    public GZipSource(ByteSource source)
    {
        _content = new MarkedContent(source);
        _text = new GZipStream(_content, CompressionMode.Decompress);
    }

    public override string Name => _content.Source.Name;

    public override bool CanReadAhead => _content.Source.CanReadAhead;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        // Decompressing keeps a thread busy, whose it may not be.
        if (CanReadAhead) return await Task.Run(() => Read(buffer.Span), cancellationToken).ConfigureAwait(false);
        try
        {
            int read = await _text.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            if (!_content.IsMarked) return read;
            TakeLast(buffer.Span[..read]);
            while (read > 0)
            {
                read = await _text.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
                TakeLast(buffer.Span[..read]);
            }
        }
        catch (InvalidDataException e)
        {
            throw Broken(e);
        }

        return End();
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            int read = _text.Read(buffer);
            if (!_content.IsMarked) return read;
            TakeLast(buffer[..read]);
            while (read > 0)
            {
                read = _text.Read(buffer);
                TakeLast(buffer[..read]);
            }
        }
        catch (InvalidDataException e)
        {
            throw Broken(e);
        }

        return End();
    }

    public override async ValueTask DisposeAsync()
    {
        await _text.DisposeAsync().ConfigureAwait(false);
        await _content.Source.DisposeAsync().ConfigureAwait(false);
    }

    // All of the file has come out before the stream asks for more.
    private void TakeLast(ReadOnlySpan<byte> bytes)
    {
        bytes = bytes[..Math.Min(bytes.Length, _last.Length - _lastLength)];
        bytes.CopyTo(_last.AsSpan(_lastLength));
        _lastLength += bytes.Length;
    }

    private int End() => _last.AsSpan(0, _lastLength).SequenceEqual(_mark) ? 0 : throw Broken(null);

    private InvalidDataException Broken(InvalidDataException? cause) => new(
        _content.IsMarked ? $"'{Name}' is cut off: its GZip has no end." : $"'{Name}' is not valid GZip.", cause);

    private static byte[] Compress(byte[] bytes)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(bytes);
        return compressed.ToArray();
    }

    /// <summary>The content of the file, and the mark behind it.</summary>
    private sealed class MarkedContent(ByteSource source) : Stream
    {
        private int _marked;
        private bool _hasEnded;

        public ByteSource Source => source;

        public bool IsMarked => _hasEnded;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (!_hasEnded && source.Read(buffer) is > 0 and var read) return read;
            return ReadMark(buffer);
        }

        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_hasEnded) return ReadMark(buffer.Span);
            int read = await source.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            return read > 0 ? read : ReadMark(buffer.Span);
        }

        public override void Flush() => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        private int ReadMark(Span<byte> buffer)
        {
            _hasEnded = true;
            int count = Math.Min(buffer.Length, _markMember.Length - _marked);
            _markMember.AsSpan(_marked, count).CopyTo(buffer);
            _marked += count;
            return count;
        }
    }
}
