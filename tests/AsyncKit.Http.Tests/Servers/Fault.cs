using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace AsyncKit.Http.Tests.Servers;

/// <summary>What a <see cref="FaultServer"/> can do to a request, and what it does when all is well.</summary>
internal static class Fault
{
    // HTTP/2: the stream was refused, and nothing was done.
    private const int RefusedStream = 0x7;

    public static RequestDelegate Answer(string text, int status = StatusCodes.Status200OK) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain";
        return context.Response.WriteAsync(text);
    };

    public static RequestDelegate BusyFor(int seconds) => context =>
    {
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = $"{seconds}";
        return Task.CompletedTask;
    };

    public static RequestDelegate RedirectTo(string location, int status = StatusCodes.Status302Found) => context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.Location = location;
        return Task.CompletedTask;
    };

    /// <summary>The connection is reset before a byte was sent.</summary>
    public static RequestDelegate Reset { get; } = static context =>
    {
        context.Abort();
        return Task.CompletedTask;
    };

    /// <summary>The connection is reset when the headers, and so many bytes of the body, are on their way.</summary>
    public static RequestDelegate ResetAfter(int bytes, int promised = 1000) => async context =>
    {
        context.Response.ContentLength = promised;
        await context.Response.Body.WriteAsync(new byte[bytes]);
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>A chunked body that breaks off before its last chunk.</summary>
    public static RequestDelegate EndlessChunks { get; } = static async context =>
    {
        await context.Response.WriteAsync("some of it");
        await context.Response.Body.FlushAsync();
        context.Abort();
    };

    /// <summary>Nothing comes, until the client gives up.</summary>
    public static RequestDelegate Stall { get; } = static context => GoneAsync(context);

    /// <summary>Headers and a beginning come, and then nothing.</summary>
    public static RequestDelegate StallInBody { get; } = static async context =>
    {
        context.Response.ContentLength = 1000;
        await context.Response.Body.WriteAsync(new byte[10]);
        await context.Response.Body.FlushAsync();
        await GoneAsync(context);
    };

    /// <summary>A byte comes now and then, for ever.</summary>
    public static RequestDelegate Drip(TimeSpan every) => async context =>
    {
        while (!context.RequestAborted.IsCancellationRequested)
        {
            await context.Response.WriteAsync(".");
            await context.Response.Body.FlushAsync();
            await Task.Delay(every, TimeProvider.System, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    };

    /// <summary>Few bytes that become many zeros.</summary>
    public static RequestDelegate Bomb(string coding, int megabytes = 200) => async context =>
    {
        context.Response.Headers.ContentEncoding = coding;
        Stream body = context.Response.Body;
        Stream packing = coding switch
        {
            "gzip" => new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true),
            "br" => new BrotliStream(body, CompressionLevel.Fastest, leaveOpen: true),
            _ => new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true),
        };
        await using (packing)
        {
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < megabytes && !context.RequestAborted.IsCancellationRequested; i++)
                await packing.WriteAsync(zeros, CancellationToken.None);
        }
    };

    /// <summary>More headers than anybody wants.</summary>
    public static RequestDelegate FloodOfHeaders { get; } = static context =>
    {
        for (var i = 0; i < 2000; i++) context.Response.Headers.Append($"X-Flood-{i}", new string('x', 100));
        return Task.CompletedTask;
    };

    /// <summary>Refuses the stream of HTTP/2 without looking at the request.</summary>
    public static RequestDelegate RefuseStream { get; } = static context =>
    {
        context.Features.Get<IHttpResetFeature>()!.Reset(RefusedStream);
        return Task.CompletedTask;
    };

    /// <summary>A resource with ranges and a strong tag, whose connections break off after so many bytes.</summary>
    public static RequestDelegate Resource(
        byte[] content, int? breaksAfter = null, string tag = "\"v1\"") => async context =>
    {
        HttpResponse response = context.Response;
        response.Headers.ETag = tag;
        response.Headers.AcceptRanges = "bytes";
        bool isCurrent = !context.Request.Headers.TryGetValue("If-Range", out var condition) || condition == tag;
        long from = isCurrent ? context.Request.GetTypedHeaders().Range?.Ranges.Single().From ?? 0 : 0;
        if (from > 0)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }

        ReadOnlyMemory<byte> rest = content.AsMemory((int)from);
        response.ContentLength = rest.Length;
        await response.Body.WriteAsync(rest[..Math.Min(rest.Length, breaksAfter ?? rest.Length)]);
        if (breaksAfter is null) return;
        await response.Body.FlushAsync();
        context.Abort();
    };

    private static Task GoneAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        context.RequestAborted.UnsafeRegister(static gone => ((TaskCompletionSource)gone!).TrySetResult(), gone);
        return gone.Task;
    }
}
