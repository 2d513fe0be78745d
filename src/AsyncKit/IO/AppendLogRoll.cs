namespace AsyncKit.IO;

/// <summary>When an <see cref="AppendLog"/> goes on in a new file, and how many of the old ones it keeps.</summary>
/// <remarks>
/// <para>The log always writes to the path it was opened with. When that file is full, or of an earlier day, it is
/// flushed to the disk and renamed: <c>app.log</c> becomes <c>app.20261126-001.log</c>, with the day on which the file
/// began and a number that counts up within the day. The names sort by age.</para>
/// <para>A line is never split between two files.</para>
/// </remarks>
public sealed record AppendLogRoll
{
    /// <summary>How long a file may get, in bytes: at least 1. By default <see langword="null"/>: as long as it likes.
    /// </summary>
    /// <remarks>A line that is longer than that gets a file of its own.</remarks>
    public long? MaxFileBytes { get; init; }

    /// <summary>Whether each day gets a file of its own; by default not.</summary>
    /// <remarks>
    /// A day begins at midnight in the time zone of <see cref="AppendLogOptions.TimeProvider"/>. The first line of a
    /// new day renames the file, so a day without lines has no file. A clock that is set back does not rename it.
    /// </remarks>
    public bool Daily { get; init; }

    /// <summary>How many renamed files are kept: at least 1. By default <see langword="null"/>: all.</summary>
    /// <remarks>
    /// When a file has been renamed the oldest beyond that are deleted, by the day and the number in their names. One
    /// that cannot be deleted is tried again the next time.
    /// </remarks>
    public int? MaxRolledFiles { get; init; }

    internal string? Broken => this switch
    {
        { MaxFileBytes: null, Daily: false } => "Roll must have MaxFileBytes or Daily, but has neither",
        { MaxFileBytes: < 1 } => $"Roll.MaxFileBytes must be at least 1, but was {MaxFileBytes}",
        { MaxRolledFiles: < 1 } => $"Roll.MaxRolledFiles must be at least 1, but was {MaxRolledFiles}",
        _ => null,
    };
}
