namespace AsyncKit.Testing;

/// <summary>What a thread in a run is doing.</summary>
internal enum TurnState
{
    /// <summary>It waits at the gate for its turn.</summary>
    Waiting,

    /// <summary>It has the turn: it alone runs.</summary>
    Running,

    /// <summary>It is in a blocking wait of the code under test.</summary>
    Blocked,

    /// <summary>It held the turn for too long and runs on without it.</summary>
    Stray,

    /// <summary>Its run is over.</summary>
    Free,
}
