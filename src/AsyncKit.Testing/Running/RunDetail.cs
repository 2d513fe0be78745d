namespace AsyncKit.Testing;

/// <summary>How much a run tells of itself. All of it takes longer than most tests.</summary>
internal enum RunDetail
{
    /// <summary>What failed, in a line.</summary>
    None,

    /// <summary>Its trace, with the awaits, and what it was like when it failed.</summary>
    Traced,

    /// <summary>Its trace, and in the message of a failure what it was like then.</summary>
    Described,
}
