using System.Text.Json;

namespace AsyncKit.IO;

/// <summary>A line that was left out because it is not what it should be.</summary>
/// <param name="LineNumber">The number of the line, from 1.</param>
/// <param name="Excerpt">How the line begins: at most 120 characters.</param>
/// <param name="Exception">What is wrong with it, and where.</param>
public sealed record BadJsonLine(long LineNumber, string Excerpt, JsonException Exception);
