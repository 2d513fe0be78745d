namespace AsyncKit.Testing;

/// <summary>What a thread that waits is told to do.</summary>
internal enum TurnOrder
{
    /// <summary>Nothing: to wait on.</summary>
    None,

    /// <summary>To go on: it has the turn.</summary>
    Go,

    /// <summary>To look whether its blocking wait is over.</summary>
    Probe,

    /// <summary>To say where its blocking wait is.</summary>
    Locate,

    /// <summary>To end its blocking wait with an exception: the run has failed.</summary>
    Abort,

    /// <summary>To go on without control: the run is over.</summary>
    Free,
}
