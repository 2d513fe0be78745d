namespace AsyncKit.Synchronization;

/// <summary>What a key that nobody uses is looked up for.</summary>
internal enum KeyUse
{
    /// <summary>To see that nobody does.</summary>
    None,

    /// <summary>To hold it.</summary>
    Hold,

    /// <summary>To keep its entry until it is held.</summary>
    Pin,
}
