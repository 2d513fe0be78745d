namespace AsyncKit.IO;

/// <summary>How a file is replaced.</summary>
public sealed record AtomicFileOptions
{
    /// <summary>What is flushed to the disk; by default the content and the name.</summary>
    public FileDurability Durability { get; init; } = FileDurability.FileAndFolder;

    /// <summary>Whether the new file has the Unix mode of the one that it replaces; <see langword="true"/> by default.
    /// Its owner is who writes it.</summary>
    public bool KeepMode { get; init; } = true;

    /// <summary>Whether a symbolic link stays, and what it points to is replaced. By default the link itself is
    /// replaced by the file.</summary>
    public bool FollowLink { get; init; }

    internal static AtomicFileOptions Default { get; } = new();

    internal void ThrowIfInvalid(string parameter)
    {
        if (Durability is >= FileDurability.None and <= FileDurability.FileAndFolder) return;
        throw new ArgumentException(
            $"Durability must be None, File or FileAndFolder, but was {Durability}.", parameter);
    }
}
