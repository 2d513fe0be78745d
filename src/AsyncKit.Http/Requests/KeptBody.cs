using System.Buffers;
using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>
/// A body that is read from a stream that cannot seek: what fits the buffer is kept, and can be sent again.
/// </summary>
internal sealed class KeptBody(Stream stream, MediaTypeHeaderValue? type) : FetchBody
{
    private ReadOnlyMemory<byte>? _kept;
    private bool _isWhole;

    internal override bool CanReplay => _kept is null || _isWhole;

    internal override async ValueTask<HttpContent> OpenAsync(int retryBufferBytes, CancellationToken cancellationToken)
    {
        // Read before the first attempt, not while it is sent: an attempt that fails early would leave it half read.
        if (_kept is null) await KeepAsync(retryBufferBytes, cancellationToken).ConfigureAwait(false);
        return new StreamContent(new BorrowedStream(_kept!.Value, _isWhole ? Stream.Null : stream))
        {
            Headers = { ContentType = type, ContentLength = _isWhole ? _kept!.Value.Length : null },
        };
    }

    private async ValueTask KeepAsync(int most, CancellationToken cancellationToken)
    {
        var kept = new ArrayBufferWriter<byte>();
        while (kept.WrittenCount <= most)
        {
            int read = await stream.ReadAsync(kept.GetMemory(), cancellationToken).ConfigureAwait(false);
            _isWhole = read is 0;
            if (_isWhole) break;
            kept.Advance(read);
        }

        _kept = kept.WrittenMemory;
    }
}
