using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Headers;
using Microsoft.Net.Http.Headers;

namespace Downloader.Site;

/// <summary>Sends the file, or its rest, at some 10 MB a second, and breaks off three times.</summary>
internal sealed class BlobApplication(byte[] content) : IHttpApplication<HttpContext>
{
    private const int PieceSize = 64 * 1024;
    private const int BreaksOffAfter = 7 * 1024 * 1024;
    private const int BreaksOff = 3;

    private int _requests;
    private long _bytesSent;

    public int Requests => _requests;

    public long BytesSent => Interlocked.Read(ref _bytesSent);

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        bool breaksOff = Interlocked.Increment(ref _requests) <= BreaksOff;
        int from = Answer(context.Request.GetTypedHeaders(), context.Response);
        try
        {
            for (int at = from; at < content.Length; at += PieceSize)
            {
                if (breaksOff && at - from >= BreaksOffAfter)
                {
                    context.Abort();
                    return;
                }

                ReadOnlyMemory<byte> piece = content.AsMemory(at, Math.Min(PieceSize, content.Length - at));
                await context.Response.Body.WriteAsync(piece, context.RequestAborted);
                Interlocked.Add(ref _bytesSent, piece.Length);
                await Task.Delay(TimeSpan.FromMilliseconds(5), context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left.
        }
    }

    // There is one version of the file, so a condition is always met.
    private int Answer(RequestHeaders request, HttpResponse response)
    {
        ResponseHeaders headers = response.GetTypedHeaders();
        headers.ETag = new EntityTagHeaderValue("\"blob-1\"");
        response.Headers.AcceptRanges = "bytes";
        var from = (int)(request.Range?.Ranges.Single().From ?? 0);
        response.ContentLength = content.Length - from;
        if (request.Range is null) return 0;
        response.StatusCode = StatusCodes.Status206PartialContent;
        headers.ContentRange = new ContentRangeHeaderValue(from, content.Length - 1, content.Length);
        return from;
    }
}
