namespace AsyncKit.IO;

/// <summary>What has happened in a folder that is watched.</summary>
public enum FileChangeKind
{
    /// <summary>Anything may have: the watch has just begun, or there was more than could be told. Whoever needs to
    /// know what is there looks at all of it now; what happens after it is told.</summary>
    Rescan,

    /// <summary>A file or folder was made.</summary>
    Created,

    /// <summary>A file was written, or what the system knows of it has changed.</summary>
    Changed,

    /// <summary>A file or folder was deleted.</summary>
    Deleted,

    /// <summary>A file or folder has another name.</summary>
    Renamed,
}
