using System.Net;
using System.Net.Http.Headers;

namespace AsyncKit.Testing;

/// <summary>A body that is under the timeout of its request while the HttpClient itself reads it.</summary>
internal sealed class TimedContent : HttpContent
{
    private readonly HttpContent _content;
    private readonly ClientTimeout _timeout;

    // Made by the HttpClient for this request and known to nobody else. So a read with this token is the client's own,
    // within the request; with any other it is the user's, after the request, where no timeout holds.
    private readonly CancellationToken _requestToken;

    public TimedContent(HttpContent content, ClientTimeout timeout, CancellationToken requestToken)
    {
        _content = content;
        _timeout = timeout;
        _requestToken = requestToken;
        foreach ((string name, HeaderStringValues values) in content.Headers.NonValidated)
            Headers.TryAddWithoutValidation(name, values);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        cancellationToken == _requestToken
            ? _timeout.RunAsync(token => CopyAsync(stream, context, token), cancellationToken)
            : _content.CopyToAsync(stream, context, cancellationToken);

    protected override Task<Stream> CreateContentReadStreamAsync() => _content.ReadAsStreamAsync();

    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken)
    {
        Stream body = await _content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        return cancellationToken == _requestToken ? new TimedStream(body, _timeout) : body;
    }

    protected override bool TryComputeLength(out long length)
    {
        length = _content.Headers.ContentLength ?? 0;
        return _content.Headers.ContentLength is not null;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _content.Dispose();
        base.Dispose(disposing);
    }

    private async Task<bool> CopyAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        await _content.CopyToAsync(stream, context, cancellationToken).ConfigureAwait(false);
        return true;
    }
}
