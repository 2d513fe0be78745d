using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Tour.Site;

/// <summary>Answers the requests as the plan says, and counts the visits of each page.</summary>
internal sealed class SiteApplication(SitePlan plan) : IHttpApplication<HttpContext>
{
    private const string Robots = """
        User-agent: *
        Disallow: /pages/*7$
        Crawl-delay: 0.02
        """;

    private readonly Dictionary<string, int> _indexByPath = plan.Pages
        .Select((page, index) => KeyValuePair.Create(page.Path, index))
        .ToDictionary(StringComparer.Ordinal);

    private readonly int[] _visits = new int[plan.Pages.Count];

    public HttpContext CreateContext(IFeatureCollection contextFeatures) => new DefaultHttpContext(contextFeatures);

    public void DisposeContext(HttpContext context, Exception? exception)
    {
    }

    public async Task ProcessRequestAsync(HttpContext context)
    {
        string path = context.Request.Path.Value ?? "";
        if (path is "/robots.txt")
        {
            await context.Response.WriteAsync(Robots, context.RequestAborted);
            return;
        }

        if (!_indexByPath.TryGetValue(path, out int index))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var page = plan.Pages[index];
        var fault = page.Fault.At(visit: Interlocked.Increment(ref _visits[index]));
        try
        {
            await Task.Delay(page.Latency, context.RequestAborted);
            await AnswerAsync(context, page, fault);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has left or the site stops: nobody is there to be answered.
        }
    }

    private static Task AnswerAsync(HttpContext context, PagePlan page, FaultKind fault)
    {
        var response = context.Response;
        switch (fault)
        {
            case FaultKind.Unavailable:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return Task.CompletedTask;

            case FaultKind.TooManyRequests:
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                response.Headers.RetryAfter = "1";
                return Task.CompletedTask;

            case FaultKind.TooManyRequestsUntilDate:
                response.StatusCode = StatusCodes.Status429TooManyRequests;
                // The date has no fractions of a second: two seconds from now are at least one when it is read.
                response.Headers.RetryAfter =
                    DateTimeOffset.UtcNow.AddSeconds(2).ToString("R", CultureInfo.InvariantCulture);
                return Task.CompletedTask;

            case FaultKind.Reset:
                context.Abort();
                return Task.CompletedTask;

            case FaultKind.ResetHalfway:
                return SendHalfAsync(context, page);

            case FaultKind.AlwaysFailing:
                response.StatusCode = StatusCodes.Status500InternalServerError;
                return Task.CompletedTask;

            case FaultKind.NeverAnswering:
                return Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);

            default:
                var body = BeginBody(context, page);
                return response.Body.WriteAsync(body, context.RequestAborted).AsTask();
        }
    }

    private static async Task SendHalfAsync(HttpContext context, PagePlan page)
    {
        var body = BeginBody(context, page);
        await context.Response.Body.WriteAsync(body.AsMemory(0, body.Length / 2), context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);

        // A flush hands the bytes to the transport; the reset would overtake them without a moment to be sent.
        await Task.Delay(TimeSpan.FromMilliseconds(50), context.RequestAborted);
        context.Abort();
    }

    private static byte[] BeginBody(HttpContext context, PagePlan page)
    {
        var (request, response) = (context.Request, context.Response);
        byte[] body = Encoding.UTF8.GetBytes(PageHtml.Write(page, origin: $"{request.Scheme}://{request.Host}"));
        response.ContentType = "text/html; charset=utf-8";
        response.ContentLength = body.Length;
        return body;
    }
}
