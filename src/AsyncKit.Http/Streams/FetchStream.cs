using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace AsyncKit.Http;

/// <summary>The body of a successful answer as a stream, that goes on by itself where a connection breaks.</summary>
/// <remarks>
/// <para><b>Continued.</b> When the connection breaks off or stalls in the middle, the rest is asked for with Range and
/// If-Range, and the reader notices nothing. That takes a server that offers ranges and names a strong ETag: then what
/// follows is of the same representation. When it has changed meanwhile, a read fails with
/// <see cref="FetchFailure.ContentMismatch"/>.</para>
/// <para><b>Limits.</b> Those of <see cref="HttpFetcherOptions.Body"/>, while it is read. The limits on an attempt and
/// on the fetch ended with the headers.</para>
/// <para><b>Errors.</b> A read fails with <see cref="FetchException"/>, and then each later one, too. A body that
/// breaks off is never taken for whole.</para>
/// <para>Dispose it: it holds a connection, and permits. For one reader at a time. A blocking read is not continued,
/// and not limited in time.</para>
/// </remarks>
[DebuggerDisplay("{Uri}, Position = {BytesRead} of {TotalBytes}")]
public sealed class FetchStream : Stream
{
    private readonly ContinuedBody _body;

    internal FetchStream(ContinuedBody body) => _body = body;

    /// <summary>Where the answer came from: the address asked for, or the last one redirected to.</summary>
    public Uri Uri => _body.Uri;

    /// <summary>The status: a success, from 200 to 299.</summary>
    public HttpStatusCode StatusCode => _body.Response.StatusCode;

    /// <summary>The headers of the answer; when it was continued, of the latest.</summary>
    public HttpResponseHeaders Headers => _body.Response.Headers;

    /// <summary>The headers that describe the body; when it was continued, of the latest answer.</summary>
    public HttpContentHeaders ContentHeaders => _body.Response.Content.Headers;

    /// <summary>How many bytes the body has from beginning to end; <see langword="null"/> when the server does not say,
    /// or sends it compressed.</summary>
    public long? TotalBytes => _body.Representation.Length;

    /// <summary>How many bytes were read.</summary>
    public long BytesRead => _body.BytesRead;

    /// <summary>Every attempt so far, those to go on included.</summary>
    public IReadOnlyList<FetchAttempt> Attempts => _body.History.Attempts;

    /// <summary>Whether it can be read: until it is disposed.</summary>
    public override bool CanRead => !_body.IsDisposed;

    /// <summary>No.</summary>
    public override bool CanSeek => false;

    /// <summary>No.</summary>
    public override bool CanWrite => false;

    /// <summary>Not supported: see <see cref="TotalBytes"/>.</summary>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported: see <see cref="BytesRead"/>.</summary>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what there is, as soon as there is something.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <param name="cancellationToken">Ends the wait; nothing is lost by it.</param>
    /// <returns>How many bytes were read; zero at the end.</returns>
    /// <exception cref="FetchException">The body broke off, stalled, or met a limit.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        _body.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Reads what there is, and blocks until there is something. Better await <c>ReadAsync</c>.</summary>
    /// <param name="buffer">Where it goes.</param>
    /// <returns>How many bytes were read; zero at the end.</returns>
    /// <exception cref="FetchException">The body broke off, or met a limit.</exception>
    /// <exception cref="ObjectDisposedException">It was disposed.</exception>
    public override int Read(Span<byte> buffer) => _body.Read(buffer);

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>Does nothing.</summary>
    public override void Flush()
    {
    }

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        throw new NotSupportedException();
    }

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public override void SetLength(long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        throw new NotSupportedException();
    }

    /// <summary>Not supported.</summary>
    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        throw new NotSupportedException();
    }

    /// <summary>Gives the connection and the permits back. Never throws.</summary>
    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) _body.Dispose();
        base.Dispose(disposing);
    }
}
