using System.Net.Http.Json;

namespace AsyncKit.Http;

/// <summary>The content of a caller's message as a body that is sent again, where that is possible.</summary>
/// <remarks>
/// Bytes, text, forms and JSON write themselves anew for each attempt, and so does a stream that can seek. Of one that
/// cannot, the beginning is kept; of other contents the whole, when their length is known and fits. What is left, which
/// may be without end, is passed on as it is written, and attempted once.
/// </remarks>
internal sealed class MessageBody(HttpContent content) : FetchBody
{
    private FetchBody? _kept;
    private bool _isPrepared;
    private bool _canReplay = true;

    internal override bool CanReplay => _kept?.CanReplay ?? _canReplay;

    internal override async ValueTask<HttpContent> OpenAsync(int retryBufferBytes, CancellationToken cancellationToken)
    {
        if (!_isPrepared) await PrepareAsync(retryBufferBytes, cancellationToken).ConfigureAwait(false);
        _isPrepared = true;
        if (_kept is null) return new RelayedContent(content);

        HttpContent kept = await _kept.OpenAsync(retryBufferBytes, cancellationToken).ConfigureAwait(false);
        content.CopyHeadersTo(kept);
        return kept;
    }

    private async ValueTask PrepareAsync(int retryBufferBytes, CancellationToken cancellationToken)
    {
        if (content is ByteArrayContent or ReadOnlyMemoryContent or JsonContent) return;
        if (content.GetType() == typeof(StreamContent))
        {
            Stream stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            if (!stream.CanSeek) _kept = new KeptBody(stream, type: null);
        }
        else if (content.Headers.ContentLength <= retryBufferBytes)
        {
            await content.LoadIntoBufferAsync(retryBufferBytes, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            _canReplay = false;
        }
    }
}
