using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;

namespace AsyncKit.Http;

/// <summary>
/// The body of an answer as a stream: decompressed, held to its limits on size and time, and never taken for whole when
/// it broke off.
/// </summary>
/// <remarks>
/// <para>A read throws <see cref="BodyTooLargeException"/>, <see cref="BodyBombException"/> or
/// <see cref="BodyStalledException"/> when a limit is met, <see cref="HttpIOException"/> when the body is not as long
/// as its header promised, <see cref="InvalidDataException"/> when it cannot be decompressed to its end, and what the
/// transport throws. Then every later read throws the same: no failure can be read over. A cancelled read has taken
/// nothing.</para>
/// <para>Not for the answers to HEAD, nor those with the status 304, whose headers describe a body that does not come.
/// As other streams, not for several threads at a time.</para>
/// </remarks>
internal sealed class GuardedBody : ReadThroughStream
{
    private readonly WireBody _wire;
    private readonly Stream _decoded;
    private readonly long _maxBytes;
    private long _count;
    private ExceptionDispatchInfo? _failure;

    private GuardedBody(WireBody wire, Stream decoded, long? maxBytes)
        : base(decoded)
    {
        _wire = wire;
        _decoded = decoded;
        _maxBytes = maxBytes ?? long.MaxValue;
    }

    /// <summary>How many bytes have come over the wire.</summary>
    public long WireBytes => _wire.Count;

    /// <summary>Puts the guards around the stream of a transport, which is disposed of with them.</summary>
    /// <param name="raw">The stream.</param>
    /// <param name="headers">The headers that describe it; when it is decompressed, they will say so no longer, nor
    /// tell its length.</param>
    /// <param name="options">The limits.</param>
    /// <param name="maxBytes">The most bytes that may come out; no limit when <see langword="null"/>.</param>
    /// <param name="timeProvider">The clock of the limits on time.</param>
    /// <param name="maxWireBytes">The most bytes that may come in; no limit when <see langword="null"/>.</param>
    /// <exception cref="BodyTooLargeException">The headers promise a larger body.</exception>
    /// <exception cref="InvalidDataException">There are more than three codings.</exception>
    public static GuardedBody Over(
        Stream raw,
        HttpContentHeaders headers,
        FetchBodyOptions options,
        long? maxBytes,
        TimeProvider timeProvider,
        long? maxWireBytes = null)
    {
        IReadOnlyList<string> codings = ContentCoding.ToUndo(headers);
        long? promised = headers.ContentLength;
        if (codings.Count is 0 && promised > maxBytes)
            throw new BodyTooLargeException(maxBytes.Value, promised.Value);

        var wire = new WireBody(raw, promised, maxWireBytes, BodyClock.Start(options, timeProvider));
        if (codings.Count is 0) return new GuardedBody(wire, wire, maxBytes);

        Stream decoded = wire;
        foreach (string coding in codings)
            decoded = new ExpansionGuard(ContentCoding.Undo(coding, decoded), wire, options);
        headers.ContentEncoding.Clear();
        headers.ContentLength = null;
        return new GuardedBody(wire, decoded, maxBytes);
    }

    /// <summary>As <see cref="Over"/>, but what is compressed stays so, and the headers are left alone.</summary>
    public static GuardedBody AsItComes(
        Stream raw, HttpContentHeaders headers, FetchBodyOptions options, long? maxBytes, TimeProvider timeProvider)
    {
        var wire = new WireBody(raw, headers.ContentLength, maxBytes: null, BodyClock.Start(options, timeProvider));
        return new GuardedBody(wire, wire, maxBytes);
    }

    public override int Read(Span<byte> buffer)
    {
        ThrowIfUnreadable();
        if (buffer.IsEmpty) return 0;
        try
        {
            return Took(_decoded.Read(buffer));
        }
        catch (Exception e)
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    public override async ValueTask<int> ReadAsync(
        Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ThrowIfUnreadable();
        if (buffer.IsEmpty) return 0;
        try
        {
            return Took(await _decoded.ReadAsync(buffer, cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (!(e is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            _failure = ExceptionDispatchInfo.Capture(e);
            throw;
        }
    }

    private void ThrowIfUnreadable()
    {
        ObjectDisposedException.ThrowIf(!CanRead, this);
        _failure?.Throw();
    }

    private int Took(int read)
    {
        _count += read;
        return _count <= _maxBytes ? read : throw new BodyTooLargeException(_maxBytes, _count);
    }
}
