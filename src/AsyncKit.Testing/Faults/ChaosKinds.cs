namespace AsyncKit.Testing;

/// <summary>What <see cref="Chaos"/> may do to a call.</summary>
[Flags]
public enum ChaosKinds
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The call fails, and nothing was done.</summary>
    FailBefore = 1,

    /// <summary>The call is made, and fails all the same, as when an answer is lost. One that fails by itself fails
    /// with that.</summary>
    FailAfter = 2,

    /// <summary>The call is made only after a time on the clock of the test. Its token ends the wait. For methods that
    /// can be awaited.</summary>
    Delay = 4,

    /// <summary>The call does nothing, and ends when its token is cancelled, as cancelled. For methods that can be
    /// awaited, called with a token that can be cancelled.</summary>
    HangUntilCancelled = 8,

    /// <summary>The call is made twice, one after the other, as when a message is delivered again. The second result
    /// counts; when the first call fails, there is no second. For all methods but async streams.</summary>
    Duplicate = 16,

    /// <summary>What any call over a network can meet: it fails before, fails after, or takes long.</summary>
    Default = FailBefore | FailAfter | Delay,

    /// <summary>Everything.</summary>
    All = Default | HangUntilCancelled | Duplicate,
}
