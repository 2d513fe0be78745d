namespace AsyncKit.Testing;

/// <summary>A replay has come to another point than the run it replays.</summary>
internal sealed class DivergedException(string message) : Exception(message);
