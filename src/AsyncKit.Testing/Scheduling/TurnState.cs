namespace AsyncKit.Testing;

/// <summary>What a thread at the gate is doing.</summary>
internal enum TurnState
{
    /// <summary>It waits for its turn.</summary>
    Waiting,

    /// <summary>It has the turn: it alone runs.</summary>
    Running,

    /// <summary>It is in a blocking wait of the code under test.</summary>
    Blocked,

    /// <summary>It was asked whether its blocking wait is over.</summary>
    Probed,

    /// <summary>It was asked where its blocking wait is.</summary>
    Asked,

    /// <summary>It held the turn for too long, or its run is over: it runs on without control.</summary>
    Detached,

    /// <summary>Its run has failed: the blocking wait it is in ends with an exception.</summary>
    Aborted,
}
