namespace AsyncKit.Concurrency;

/// <summary>What a worker that wants an item is told.</summary>
internal enum RunTurn
{
    /// <summary>It may ask the source, alone.</summary>
    Pull,

    /// <summary>It has to wait until it is woken, and then to ask again.</summary>
    Wait,

    /// <summary>There is nothing more for it to do; it does not count any more.</summary>
    Leave,
}
