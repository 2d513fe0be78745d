namespace AsyncKit.Testing;

/// <summary>A script that was not played to its end, as a test framework sees it: a failed assertion.</summary>
internal sealed class UnmetScriptException(string message) : Exception(message), IAssertionException;
