using System.Net;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Redirects;

/// <summary>Redirects are followed by the fetcher itself, each as a request like any other.</summary>
public class RequestHopTests : FetcherFixture
{
    [Theory]
    [InlineData(301, "POST", "GET", false)]
    [InlineData(302, "POST", "GET", false)]
    [InlineData(303, "POST", "GET", false)]
    [InlineData(303, "PUT", "GET", false)]
    [InlineData(301, "PUT", "PUT", true)]
    [InlineData(302, "DELETE", "DELETE", true)]
    [InlineData(307, "POST", "POST", true)]
    [InlineData(308, "PUT", "PUT", true)]
    [InlineData(303, "HEAD", "HEAD", false)]
    [InlineData(302, "GET", "GET", false)]
    public async Task TheMethod_ChangesAsBrowsersHaveIt(int status, string method, string followed, bool sendsBody)
    {
        Stub.OnAny().Reply(_ => Redirect(status, "/there?x=1")).Reply(HttpStatusCode.OK, "here");
        bool hasBody = method is not ("GET" or "HEAD");
        var request = new FetchRequest(new HttpMethod(method), Page)
        {
            Body = hasBody ? FetchBody.FromText("body") : null,
        };

        FetchResponse response = await Fetcher.SendAsync(request, TestToken);

        HttpCall second = Stub.Calls[1];
        Assert.Equal(new Uri(Page, "/there?x=1"), second.Uri);
        Assert.Equal(followed, second.Method.Method);
        Assert.Equal(sendsBody ? "body" : null, second.Body is "" ? null : second.Body);
        Assert.Equal(second.Uri, response.Uri);
        Assert.Single(response.Attempts);
    }

    [Theory]
    [InlineData("https://example.org/other", true)]
    [InlineData("https://example.org:8443/", false)]
    [InlineData("https://example.com/", false)]
    [InlineData("https://www.example.org/", false)]
    public async Task Pitfall17_Credentials_StayWithTheirOrigin(string target, bool areSent)
    {
        Stub.OnAny()
            .Reply(_ => Redirect(302, target))
            .Reply(_ => Redirect(302, Page.AbsoluteUri))
            .Reply(HttpStatusCode.OK);
        FetchRequest request = WithCredentials();

        await Fetcher.SendAsync(request, TestToken);

        Assert.Equal(["Bearer secret"], Stub.Calls[0].Headers.GetValues("Authorization"));
        foreach (string name in new[] { "Authorization", "Cookie" })
        {
            Assert.Equal(areSent, Stub.Calls[1].Headers.Contains(name));

            // Who was sent away and comes back, comes as a stranger: the way led through somebody else's hands.
            Assert.Equal(areSent, Stub.Calls[2].Headers.Contains(name));
        }

        Assert.Equal(["kept"], Stub.Calls[1].Headers.GetValues("X-Trace"));
    }

    [Fact]
    public async Task Credentials_GoAlong_WhenTheOptionsSaySo()
    {
        Options.Redirects.KeepCredentialsCrossOrigin = true;
        Stub.OnAny().Reply(_ => Redirect(302, "https://example.com/")).Reply(HttpStatusCode.OK);

        await Fetcher.SendAsync(WithCredentials(), TestToken);

        Assert.True(Stub.Calls[1].Headers.Contains("Authorization"));
    }

    [Theory]
    [InlineData("http://example.org/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("javascript:alert(1)")]
    public async Task ARedirectToWeakerGround_IsRefused(string target)
    {
        Stub.OnAny().Reply(_ => Redirect(302, target));

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.RedirectRefused, failure.Failure);
        Assert.Equal(HttpStatusCode.Found, failure.StatusCode);
        Assert.Single(Stub.Calls);
    }

    [Fact]
    public async Task HttpsToHttp_IsFollowed_WhenTheOptionsSaySo()
    {
        Options.Redirects.AllowHttpsToHttp = true;
        Stub.OnAny().Reply(_ => Redirect(302, "http://example.org/")).Reply(HttpStatusCode.OK, "plain");

        Assert.Equal("plain", await Fetcher.GetStringAsync(Page, TestToken));
    }

    [Fact]
    public async Task ALoop_EndsAtTheLimit()
    {
        Options.Redirects.Max = 3;
        Stub.OnAny().Reply(static call => Redirect(302, call.Uri.AbsoluteUri)).Forever();

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.RedirectLimit, failure.Failure);
        Assert.Contains("more than 3 redirects", failure.Message, StringComparison.Ordinal);
        Assert.Equal(4, Stub.Calls.Count);
    }

    [Theory]
    [InlineData(300)]
    [InlineData(304)]
    [InlineData(302)]
    public async Task AnAnswerThatLeadsNowhere_IsAFailureOfItsStatus(int status)
    {
        Stub.OnAny().Reply((HttpStatusCode)status);

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.Status, failure.Failure);
    }

    [Fact]
    public async Task TheTarget_WaitsAtTheGateOfItsOwnHost()
    {
        Options.Retry = null;
        Stub.OnAny()
            .Reply(static _ => new HttpResponseMessage(HttpStatusCode.TooManyRequests)
            {
                Headers = { RetryAfter = new(TimeSpan.FromSeconds(10)) },
            })
            .Reply(_ => Redirect(302, "https://example.com/"))
            .Reply(HttpStatusCode.OK, "in the end");
        await FailAsync(Fetcher.GetAsync(new Uri("https://example.com/"), TestToken));

        // Within the limit of the fetch, but longer than that of an attempt: waiting is not sending.
        Options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(5);
        Assert.Equal("in the end", await FinishAsync(Fetcher.GetStringAsync(Page, TestToken)));

        Assert.Equal([0, 0, 10], Arrivals());
    }

    [Fact]
    public async Task AfterAFailure_TheWayIsWalkedAnew()
    {
        Stub.OnAny()
            .Reply(_ => Redirect(302, "/b"))
            .Reply(HttpStatusCode.BadGateway)
            .Reply(_ => Redirect(302, "/c"))
            .Reply(HttpStatusCode.OK, "c");

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(["/page", "/b", "/page", "/c"], Stub.Calls.Select(call => call.Uri.AbsolutePath));
        Assert.Equal(2, response.Attempts.Count);
    }

    [Fact]
    public async Task ABodyThatCannotBeSentAgain_IsNotRedirected()
    {
        Options.Body.RetryBufferBytes = 0;
        Stub.OnAny().Reply(_ => Redirect(307, "/there"));
        var stream = new OneWayStream("text"u8.ToArray());
        var request = new FetchRequest(HttpMethod.Post, Page) { Body = FetchBody.FromStream(stream) };

        FetchException failure = await FailAsync(Fetcher.SendAsync(request, TestToken));

        Assert.Equal(FetchFailure.RedirectRefused, failure.Failure);
    }

    private static FetchRequest WithCredentials()
    {
        var request = new FetchRequest(Page);
        request.Headers.Add("Authorization", "Bearer secret");
        request.Headers.Add("Cookie", "id=secret");
        request.Headers.Add("X-Trace", "kept");
        return request;
    }

    private static HttpResponseMessage Redirect(int status, string location)
    {
        var response = new HttpResponseMessage((HttpStatusCode)status);
        response.Headers.TryAddWithoutValidation("Location", location);
        return response;
    }
}
