namespace AsyncKit.Synchronization;

/// <summary>How a wait ended.</summary>
internal enum WaitEnd
{
    /// <summary>Not yet.</summary>
    None,

    /// <summary>It was given what it asked for.</summary>
    Granted,

    /// <summary>Its token was cancelled first.</summary>
    Cancelled,

    /// <summary>Its time passed first.</summary>
    TimedOut,

    /// <summary>The primitive failed it.</summary>
    Failed,
}
