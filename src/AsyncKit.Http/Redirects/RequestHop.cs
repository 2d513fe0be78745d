using System.Net;

namespace AsyncKit.Http;

/// <summary>One request on the way of a fetch: the first, or that after a redirect.</summary>
internal sealed record RequestHop(FetchRequest Request)
{
    private static readonly string[] _credentials = ["Authorization", "Proxy-Authorization", "Cookie"];

    public Uri Uri { get; private init; } = Request.Uri;

    public HttpMethod Method { get; private init; } = Request.Method;

    /// <summary>How many redirects led here.</summary>
    public int Redirects { get; private init; }

    private bool CarriesBody { get; init; } = Request.Body is not null;

    private bool CarriesCredentials { get; init; } = true;

    /// <summary>Where an answer leads; <see langword="null"/> when it is no redirect.</summary>
    public Uri? Target(HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
            or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
            ? Absolute(location)
            : null;

    /// <summary>Why a redirect is not followed; <see langword="null"/> when it is.</summary>
    public FetchFailure? Refuse(Uri target, HttpStatusCode status, FetchRedirectOptions options)
    {
        bool sendsBody = CarriesBody && !BecomesGet(status);
        if (sendsBody && !Request.Body!.CanReplay) return FetchFailure.RedirectRefused;
        if (!FetchRequest.IsWeb(target)) return FetchFailure.RedirectRefused;
        if (Uri.Scheme is "https" && target.Scheme is "http" && !options.AllowHttpsToHttp)
            return FetchFailure.RedirectRefused;
        return Redirects >= options.Max ? FetchFailure.RedirectLimit : null;
    }

    /// <summary>The next request.</summary>
    public RequestHop Follow(Uri target, HttpStatusCode status, FetchRedirectOptions options)
    {
        bool becomesGet = BecomesGet(status);
        return this with
        {
            Uri = target,
            Redirects = Redirects + 1,
            Method = becomesGet ? HttpMethod.Get : Method,
            CarriesBody = CarriesBody && !becomesGet,
            CarriesCredentials =
                CarriesCredentials && (options.KeepCredentialsCrossOrigin || HostKey.Of(Uri) == HostKey.Of(target)),
        };
    }

    /// <summary>Builds the message: a new one each time.</summary>
    public async ValueTask<HttpRequestMessage> ToMessageAsync(
        HttpFetcherOptions options, CancellationToken cancellationToken)
    {
        var message = new HttpRequestMessage(Method, Uri);
        Request.Decorate(message, options.HttpVersion);
        if (!CarriesCredentials)
        {
            foreach (string name in _credentials) message.Headers.Remove(name);
        }

        if (CarriesBody)
        {
            message.Content = await Request.Body!.OpenAsync(options.Body.RetryBufferBytes, cancellationToken)
                .ConfigureAwait(false);
        }

        return message;
    }

    private bool BecomesGet(HttpStatusCode status) => status switch
    {
        HttpStatusCode.MovedPermanently or HttpStatusCode.Found => Method == HttpMethod.Post,
        HttpStatusCode.SeeOther => Method != HttpMethod.Head,
        _ => false,
    };

    private Uri? Absolute(Uri location) => System.Uri.TryCreate(Uri, location, out Uri? target) ? target : null;
}
