namespace AsyncKit.IO;

/// <summary>What is flushed to the disk before a file counts as complete.</summary>
public enum FileDurability
{
    /// <summary>Nothing. After a crash of the system or a power failure the file may be empty or cut off.</summary>
    None,

    /// <summary>The content. A file that was replaced may have its old content again after a power failure, whole.
    /// </summary>
    File,

    /// <summary>The content, and the folder with the name: the file is there, as it is, after a power failure. Windows
    /// cannot be asked to flush a folder; its file systems keep a journal of names.</summary>
    FileAndFolder,
}
