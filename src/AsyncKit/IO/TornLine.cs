namespace AsyncKit.IO;

/// <summary>What becomes of a last line without its line break: what a crash left of a write.</summary>
public enum TornLine
{
    /// <summary>It is cut off. The file ends with its last whole line.</summary>
    Truncate,

    /// <summary>It is kept, and a line break is written behind it. Readers see what is left of it as a line.</summary>
    Terminate,
}
