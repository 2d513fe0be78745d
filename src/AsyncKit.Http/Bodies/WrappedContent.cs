using System.Net;

namespace AsyncKit.Http;

/// <summary>The content of an answer, with another stream around its stream, and the same headers.</summary>
internal sealed class WrappedContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly Func<Stream, Stream> _wrap;
    private readonly IDisposable? _held;

    /// <param name="content">The content, which is disposed of with this one.</param>
    /// <param name="wrap">Puts the other stream around.</param>
    /// <param name="held">What else is given back when this is disposed of.</param>
    public WrappedContent(HttpContent content, Func<Stream, Stream> wrap, IDisposable? held = null)
    {
        (_content, _wrap, _held) = (content, wrap, held);
        content.CopyHeadersTo(this);
    }

    protected override Task<Stream> CreateContentReadStreamAsync() =>
        CreateContentReadStreamAsync(CancellationToken.None);

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        _wrap(await _content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) =>
        _wrap(_content.ReadAsStream(cancellationToken));

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        Stream body = await CreateContentReadStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (body.ConfigureAwait(false))
            await body.CopyToAsync(stream, cancellationToken).ConfigureAwait(false);
    }

    protected override void SerializeToStream(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        using Stream body = CreateContentReadStream(cancellationToken);
        body.CopyTo(stream);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _content.Dispose();
            _held?.Dispose();
        }

        base.Dispose(disposing);
    }
}
