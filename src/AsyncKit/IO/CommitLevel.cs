namespace AsyncKit.IO;

/// <summary>How far what was written has come, and so what it survives.</summary>
public enum CommitLevel
{
    /// <summary>It is in memory of this process, and lost with it.</summary>
    Buffered,

    /// <summary>The operating system has it. It survives the end of this process, also by a kill, but not a crash of the
    /// system or a power failure.</summary>
    Os,

    /// <summary>The disk has it (<c>fsync</c>). It survives a power failure, as far as the disk keeps its word.</summary>
    Disk,
}
