namespace AsyncKit.Testing;

/// <summary>A scripted answer: gives the response, throws the fault, or hangs.</summary>
internal delegate Task<HttpResponseMessage> HttpReply(
    HttpCall call, TimeProvider timeProvider, CancellationToken cancellationToken);
