namespace AsyncKit.Http;

/// <summary>An <see cref="OutboundPolicy"/> refused a connection.</summary>
/// <remarks>The message names the host and the rule, and nothing else of the address: it may be logged.</remarks>
internal sealed class OutboundRefusedException(string host, string reason)
    : IOException($"Connecting to '{host}' was refused: {reason}.");
