namespace AsyncKit.Testing;

/// <summary>Gives each request of a client a timeout that covers what HttpClient.Timeout covers.</summary>
internal sealed class ClientTimeoutHandler(HttpStub stub, TimeSpan timeout, TimeProvider timeProvider)
    : DelegatingHandler(stub)
{
    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var limit = new ClientTimeout(timeout, timeProvider);
        HttpResponseMessage response =
            await limit.RunAsync(token => base.SendAsync(request, token), cancellationToken).ConfigureAwait(false);
        response.Content = new TimedContent(response.Content, limit, cancellationToken);
        return response;
    }
}
