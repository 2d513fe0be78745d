using System.Net;
using System.Net.Http.Headers;

namespace AsyncKit.Http.Tests.Streams;

/// <summary>A server's resource that it sends in ranges, and whose connections break off.</summary>
internal sealed class BreakingResource(byte[] content)
{
    /// <summary>Where each connection breaks off: after so many bytes of its own. None for those that follow.</summary>
    public Queue<int> Breaks { get; } = new();

    public EntityTagHeaderValue? ETag { get; set; } = new("\"v1\"");

    public bool HasRanges { get; set; } = true;

    public HttpResponseMessage Answer(RangeHeaderValue? range)
    {
        long from = HasRanges ? range?.Ranges.Single().From ?? 0 : 0;
        int? breaksAfter = Breaks.TryDequeue(out int after) ? after : null;
        bool isPart = HasRanges && range is not null;
        var response = new HttpResponseMessage(isPart ? HttpStatusCode.PartialContent : HttpStatusCode.OK)
        {
            Content = new StreamContent(new BreakingStream(content.AsMemory((int)from), breaksAfter)),
        };
        response.Headers.ETag = ETag;
        if (HasRanges) response.Headers.AcceptRanges.Add("bytes");
        response.Content.Headers.ContentLength = content.Length - from;
        if (isPart) response.Content.Headers.ContentRange = new(from, content.Length - 1, content.Length);
        return response;
    }

    private sealed class BreakingStream(ReadOnlyMemory<byte> rest, int? breaksAfter) : MemoryStream
    {
        private readonly int _end = Math.Min(rest.Length, breaksAfter ?? int.MaxValue);
        private int _position;

        // A fault is in the task, as those of a transport are.
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await Task.FromResult(Read(buffer.Span));
        }

        public override int Read(Span<byte> buffer)
        {
            if (_position == breaksAfter) throw new IOException("reset");
            int length = Math.Min(Math.Min(buffer.Length, 7), _end - _position);
            rest.Span.Slice(_position, length).CopyTo(buffer);
            _position += length;
            return length;
        }
    }
}
