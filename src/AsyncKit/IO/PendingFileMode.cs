namespace AsyncKit.IO;

/// <summary>Whose a pending file is on Unix.</summary>
internal enum PendingFileMode
{
    /// <summary>As new files are.</summary>
    Default,

    /// <summary>As the file that it replaces, if there is one.</summary>
    OfTarget,

    /// <summary>Its owner's alone.</summary>
    Private,
}
