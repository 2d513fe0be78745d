namespace AsyncKit.Testing;

/// <summary>How one run of an exploration is decided.</summary>
/// <param name="Strategy">What decides.</param>
internal readonly record struct Schedule(Strategy Strategy)
{
    /// <summary>Whether timers may fire while other steps can run, as if those took long.</summary>
    public bool FiresEarly { get; init; }

    /// <summary>Whether what awaits a completion goes on in a step of its own, and not inside the completion.</summary>
    public bool PostsCompletions { get; init; }

    /// <summary>When the token of the test is cancelled: 1 before the test begins, 2 before its first step, and so on;
    /// zero: never.</summary>
    public int CancelAt { get; init; }

    /// <summary>Which of the faults that the test meets is thrown, from 1; zero: none;
    /// <see langword="null"/>: each is a choice.</summary>
    public int? FaultAt { get; init; }
}
