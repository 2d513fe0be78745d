using System.Diagnostics.Metrics;

namespace AsyncKit.Http;

/// <summary>Counts what is read through it for a metric.</summary>
internal sealed class CountedStream(Stream body, Counter<long> counter, string host) : ReadThroughStream(body)
{
    private readonly Stream _body = body;

    public override int Read(Span<byte> buffer) => Count(_body.Read(buffer));

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        Count(await _body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));

    private int Count(int read)
    {
        if (read > 0) counter.Add(read, new KeyValuePair<string, object?>(FetchInstruments.Host, host));
        return read;
    }
}
