namespace AsyncKit.Testing;

/// <summary>What moves the clock of a test.</summary>
public enum AutoAdvance
{
    /// <summary>It jumps to the next timer when nothing of the test can run. The default.</summary>
    OnIdle,

    /// <summary>
    /// Only the test moves it, with <see cref="VirtualTime.AdvanceAsync"/> and
    /// <see cref="VirtualTime.AdvanceToNextTimerAsync"/>. A test that waits for a timer all the same is a deadlock.
    /// </summary>
    Manual,
}
