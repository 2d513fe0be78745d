namespace AsyncKit.IO;

/// <summary>How an <see cref="AppendLog"/> works.</summary>
public sealed record AppendLogOptions
{
    private const int LeastPendingBytes = 4 * 1024;

    /// <summary>How many bytes may wait to be written: 2 MiB by default, at least 4 KiB.</summary>
    /// <remarks>
    /// It is the memory of the log: two buffers, one that fills while the other is written. Those who append when
    /// there is no room wait, first come, first served. Each of them holds its own line.
    /// </remarks>
    public int MaxPendingBytes { get; init; } = 2 * 1024 * 1024;

    /// <summary>How long a line may be, in bytes of UTF-8 without its line break: 256 KiB by default, at least 1 and
    /// less than half of <see cref="MaxPendingBytes"/>.</summary>
    public int MaxLineBytes { get; init; } = 256 * 1024;

    /// <summary>When to go on in a new file. By default <see langword="null"/>: never.</summary>
    public AppendLogRoll? Roll { get; init; }

    /// <summary>Whether others may append to the file too: other logs with this option, other processes that open it in
    /// append mode. By default not.</summary>
    /// <remarks>
    /// Each write then goes to the end of the file, wherever others have moved that, and nobody overwrites anybody.
    /// The offset of a line is not known and given as -1. The file cannot roll, and a torn line is never cut off, as
    /// another may just be writing it: it is kept, and ended by a line break. On Windows, which has no such mode,
    /// opening the log throws <see cref="PlatformNotSupportedException"/>.
    /// </remarks>
    public bool SharedAppend { get; init; }

    /// <summary>How many bytes of the disk to reserve ahead: none by default; at least 0.</summary>
    /// <remarks>
    /// On ext4 that makes writing several times faster. The length of the file does not change by it, so no reader and
    /// no crash shows anything but lines. What is not used is given back when the file is closed; what a killed process
    /// left is given back when the log is opened and completed the next time. Where the system or the disk cannot
    /// reserve, nothing is.
    /// </remarks>
    public long ReserveBytes { get; init; }

    /// <summary>What becomes of a last line without its line break when the log is opened; by default it is cut off.
    /// </summary>
    public TornLine TornLine { get; init; } = TornLine.Truncate;

    /// <summary>How far the lines come before <see cref="AppendLog.CompleteAsync"/> and
    /// <see cref="AppendLog.DisposeAsync"/> are done: by default to the disk. <see cref="CommitLevel.Buffered"/> is as
    /// good as <see cref="CommitLevel.Os"/> here.</summary>
    public CommitLevel CompleteLevel { get; init; } = CommitLevel.Disk;

    /// <summary>The clock of <see cref="AppendLogRoll.Daily"/> and of the names of renamed files; by default that of
    /// the system.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal int BatchBytes => MaxPendingBytes / 2;

    internal void ThrowIfInvalid(string parameter)
    {
        string? broken = this switch
        {
            { MaxPendingBytes: < LeastPendingBytes } =>
                $"MaxPendingBytes must be at least {LeastPendingBytes}, but was {MaxPendingBytes}",
            { MaxLineBytes: < 1 } => $"MaxLineBytes must be at least 1, but was {MaxLineBytes}",
            _ when MaxLineBytes >= BatchBytes =>
                $"MaxLineBytes must be less than half of MaxPendingBytes, {BatchBytes}, but was {MaxLineBytes}",
            { SharedAppend: true, Roll: not null } => "Roll must be null for a file that is shared",
            { ReserveBytes: < 0 } => $"ReserveBytes must be at least 0, but was {ReserveBytes}",
            { TornLine: not (TornLine.Truncate or TornLine.Terminate) } =>
                $"TornLine must be Truncate or Terminate, but was {TornLine}",
            { CompleteLevel: not (CommitLevel.Buffered or CommitLevel.Os or CommitLevel.Disk) } =>
                $"CompleteLevel must be Buffered, Os or Disk, but was {CompleteLevel}",
            { TimeProvider: null } => "TimeProvider must not be null",
            _ => Roll?.Broken,
        };
        if (broken is not null) throw new ArgumentException($"{broken}.", parameter);
    }
}
