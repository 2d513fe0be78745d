using System.Diagnostics;
using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Telemetry;

public sealed class FetchTraceTests : FetcherFixture
{
    private static Dictionary<string, object?> TagsOf(Activity span) =>
        span.TagObjects.ToDictionary(tag => tag.Key, tag => tag.Value);

    [Fact]
    public async Task AFetch_IsOneClientSpan_WithItsAttemptsAsEvents()
    {
        using var spans = new CollectingSpans("span.test");
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.OK);

        await FinishAsync(Fetcher.GetAsync(new Uri("https://u:p@span.test:8443/path?q=1#f"), TestToken));

        Activity span = Assert.Single(spans.Ended);
        Assert.Equal("GET", span.DisplayName);
        Assert.Equal(ActivityKind.Client, span.Kind);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal(
            new Dictionary<string, object?>
            {
                ["http.request.method"] = "GET",
                ["server.address"] = "span.test",
                ["server.port"] = 8443,
                ["url.full"] = "https://span.test:8443/path",
                ["http.response.status_code"] = 200,
                ["http.request.resend_count"] = 1,
            },
            TagsOf(span));
        Assert.Equal(["Status", "Success"], span.Events.Select(attempt => attempt.Tags
            .Single(tag => tag.Key is "asynckit.http.outcome").Value));
    }

    [Theory]
    [InlineData(HttpStatusCode.NotFound, "404")]
    [InlineData(HttpStatusCode.ServiceUnavailable, "503")]
    public async Task AStatusThatIsAFailure_IsTheErrorType(HttpStatusCode status, string errorType)
    {
        using var spans = new CollectingSpans($"status{(int)status}.test");
        Stub.OnAny().Reply(status).Forever();

        await FailAsync(Fetcher.GetAsync(new Uri($"https://status{(int)status}.test/"), TestToken));

        Activity span = Assert.Single(spans.Ended);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal(errorType, span.GetTagItem("error.type"));
        Assert.Equal((int)status, span.GetTagItem("http.response.status_code"));
    }

    [Fact]
    public async Task AFailureOfTheTransport_IsNamedByItsKind()
    {
        using var spans = new CollectingSpans("kind.test");
        Stub.OnAny().Throw(new HttpRequestException(HttpRequestError.SecureConnectionError)).Forever();

        await FailAsync(Fetcher.GetAsync(new Uri("https://kind.test/"), TestToken));

        Assert.Equal("Tls", Assert.Single(spans.Ended).GetTagItem("error.type"));
    }

    [Fact]
    public async Task AMadeUpMethod_NamesTheSpanHttp()
    {
        using var spans = new CollectingSpans("method.test");
        Stub.OnAny().Reply(HttpStatusCode.OK);

        var request = new FetchRequest(new HttpMethod("BREW"), new Uri("https://method.test/"));
        await Fetcher.SendAsync(request, TestToken);

        Activity span = Assert.Single(spans.Ended);
        Assert.Equal("HTTP", span.DisplayName);
        Assert.Equal("_OTHER", span.GetTagItem("http.request.method"));
    }

    [Fact]
    public async Task TheSpan_IsCurrentWithinTheFetch_AndGoneAfterIt()
    {
        using var spans = new CollectingSpans("current.test");
        Activity? within = null;
        Stub.OnAny().Reply(_ =>
        {
            within = Activity.Current;
            return new HttpResponseMessage();
        });
        Activity? before = Activity.Current;

        await Fetcher.GetAsync(new Uri("https://current.test/"), TestToken);

        Assert.Same(Assert.Single(spans.Ended), within);
        Assert.Same(before, Activity.Current);
    }
}
