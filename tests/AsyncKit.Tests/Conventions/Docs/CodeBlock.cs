namespace AsyncKit.Tests.Conventions;

/// <summary>A fenced block of a page.</summary>
/// <param name="First">The index of the line that opens it.</param>
/// <param name="Last">The index of the line that closes it.</param>
/// <param name="Ticks">The fence.</param>
/// <param name="Indent">What stands before the fence, and before each line of the block.</param>
/// <param name="Info">What stands behind the fence: the language.</param>
/// <param name="Snippet">The snippet that the line above the block names.</param>
internal sealed record CodeBlock(int First, int Last, string Ticks, string Indent, string Info, string? Snippet)
{
    /// <summary>Whether the block is C#, however that is written.</summary>
    public bool IsCSharp => Info.Split(' ', '{')[0].ToUpperInvariant() is "CSHARP" or "CS" or "C#";

    /// <summary>Whether a line belongs to the block.</summary>
    public bool Holds(int line) => line >= First && line <= Last;
}
