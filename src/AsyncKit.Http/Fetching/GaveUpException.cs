namespace AsyncKit.Http;

/// <summary>
/// Ends the retries of a fetch from within the strategy, which has no other way to be stopped before its delay.
/// </summary>
internal sealed class GaveUpException : Exception;
