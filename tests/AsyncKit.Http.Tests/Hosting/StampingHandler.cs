namespace AsyncKit.Http.Tests.Hosting;

/// <summary>Adds a header to every message that passes, as handlers do that trace or sign.</summary>
internal sealed class StampingHandler(string header, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Add(header, "stamp");
        return base.SendAsync(request, cancellationToken);
    }
}
