using System.Net;

namespace AsyncKit.Testing;

/// <summary>How and when a call ended.</summary>
internal sealed record HttpCallEnd(
    HttpCallOutcome Outcome, TimeSpan After, HttpStatusCode? StatusCode, Exception? Fault);
