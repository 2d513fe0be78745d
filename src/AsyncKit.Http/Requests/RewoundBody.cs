using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>A body that is read from a stream that can seek, from the same position at each attempt.</summary>
internal sealed class RewoundBody(Stream stream, MediaTypeHeaderValue type) : FetchBody
{
    private readonly long _start = stream.Position;

    internal override ValueTask<HttpContent> OpenAsync(int retryBufferBytes, CancellationToken cancellationToken)
    {
        stream.Position = _start;
        return new(new StreamContent(new BorrowedStream(default, stream))
        {
            Headers = { ContentType = type, ContentLength = stream.Length - _start },
        });
    }
}
