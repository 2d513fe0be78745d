namespace AsyncKit.IO;

/// <summary>How a <see cref="LineWriter"/> writes.</summary>
public sealed record LineWriterOptions
{
    /// <summary>What ends each line: <c>"\n"</c>, the default, or <c>"\r\n"</c>.</summary>
    public string NewLine { get; init; } = "\n";

    /// <summary>The size of a buffer in bytes: from 256 to 16,777,216; 256 KiB by default. There are at most four.
    /// </summary>
    public int BufferSize { get; init; } = 256 * 1024;

    /// <summary>What <see cref="LineWriter.CompleteAsync"/> flushes to the disk; by default the file and its name.
    /// </summary>
    public FileDurability Durability { get; init; } = FileDurability.FileAndFolder;

    internal static LineWriterOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { NewLine: not ("\n" or "\r\n") } => "NewLine must be \"\\n\" or \"\\r\\n\"",
            { BufferSize: not (>= 256 and <= 1 << 24) } =>
                $"BufferSize must be from 256 to {1 << 24}, but was {BufferSize}",
            { Durability: not (>= FileDurability.None and <= FileDurability.FileAndFolder) } =>
                $"Durability must be None, File or FileAndFolder, but was {Durability}",
            _ => null,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
