namespace AsyncKit.Synchronization;

/// <summary>What a reader/writer lock is asked for.</summary>
internal enum ReaderWriterAccess
{
    /// <summary>To read beside other readers.</summary>
    Read,

    /// <summary>To read beside other readers, as the only one who may become the writer.</summary>
    UpgradeableRead,

    /// <summary>To write, beside nobody.</summary>
    Write,

    /// <summary>To write, by the upgradeable reader, who stays one.</summary>
    Upgrade,
}
