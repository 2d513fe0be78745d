using System.Net;

namespace AsyncKit.Http;

/// <summary>The content of one attempt, that sends the content of the caller's message and leaves it alone.</summary>
internal sealed class RelayedContent : HttpContent
{
    private readonly HttpContent _content;

    public RelayedContent(HttpContent content)
    {
        _content = content;
        content.CopyHeadersTo(this);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        _content.CopyToAsync(stream, context, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
