namespace AsyncKit.IO;

/// <summary>What has happened to a file that is followed, before a line.</summary>
public enum FollowChange
{
    /// <summary>Nothing: the line comes behind the one before.</summary>
    None,

    /// <summary>The name has another file now: the old one was renamed or deleted. All that it had was given before.
    /// </summary>
    Replaced,

    /// <summary>The file is shorter than it was, and is read from its start. What was written and cut off between two
    /// looks at it was not seen.</summary>
    Truncated,
}
