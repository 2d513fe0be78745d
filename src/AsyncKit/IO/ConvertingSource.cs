namespace AsyncKit.IO;

/// <summary>Gives what the bytes of another source stand for.</summary>
/// <param name="source">The other source; it is closed with this one.</param>
internal abstract class ConvertingSource(ByteSource source) : ByteSource
{
    private bool _hasEnded;

    public override string Name => source.Name;

    public override bool CanReadAhead => source.CanReadAhead;

    /// <summary>What was read last from the other source.</summary>
    protected byte[] Raw { get; } = new byte[32 * 1024];

    public override int ReadAtOnce(Span<byte> buffer)
    {
        while (true)
        {
            if (Convert(buffer) is > 0 and var written) return written;
            if (_hasEnded) return 0;
            int read = source.ReadAtOnce(Raw);
            if (read < 0) return read;
            TakeRead(read);
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Convert(buffer.Span) is > 0 and var written) return written;
            if (_hasEnded) return 0;
            TakeRead(await source.ReadAsync(Raw, cancellationToken).ConfigureAwait(false));
        }
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (Convert(buffer) is > 0 and var written) return written;
            if (_hasEnded) return 0;
            TakeRead(source.Read(Raw));
        }
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();

    /// <summary>Gives what has been converted.</summary>
    /// <returns>How many bytes; zero when more of the other source is needed.</returns>
    protected abstract int Convert(Span<byte> buffer);

    /// <summary>Takes what was read into <see cref="Raw"/>.</summary>
    /// <param name="read">How many bytes; none at the end of the other source.</param>
    protected abstract void Take(int read);

    private void TakeRead(int read)
    {
        _hasEnded = read is 0;
        Take(read);
    }
}
