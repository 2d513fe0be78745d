namespace AsyncKit.Http.Tests.Hosting;

/// <summary>Answers what a function says of the message itself.</summary>
internal sealed class LookingHandler(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
{
    protected override Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(answer(request));
}
