namespace AsyncKit.Http;

/// <summary>Gives the permits back when the body is at its end, failed, or is disposed of.</summary>
internal sealed class PassStream(Stream body, BodyPass pass) : ReadThroughStream(body)
{
    private readonly Stream _body = body;

    public override int Read(Span<byte> buffer)
    {
        pass.Touch();
        try
        {
            return Took(_body.Read(buffer), buffer.Length);
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        pass.Touch();
        try
        {
            return Took(await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false), buffer.Length);
        }
        catch
        {
            pass.Dispose();
            throw;
        }
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (disposing) pass.Dispose();
    }

    private int Took(int read, int asked)
    {
        if (read is 0 && asked > 0) pass.Dispose();
        else pass.Touch();
        return read;
    }
}
