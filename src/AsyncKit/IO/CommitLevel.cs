namespace AsyncKit.IO;

/// <summary>How far what was written has come, and so what it survives.</summary>
/// <remarks>Each level holds what the ones before it hold.</remarks>
public enum CommitLevel
{
    /// <summary>In the memory of the process. It is written soon, but a crash of the process loses it.</summary>
    Buffered,

    /// <summary>Handed to the operating system. It survives the process, also one that is killed; a crash of the system
    /// or a power failure may lose it.</summary>
    Os,

    /// <summary>Flushed to the disk. It survives a power failure, as far as the disk keeps its word.</summary>
    Disk,
}
