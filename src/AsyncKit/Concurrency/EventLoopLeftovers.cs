namespace AsyncKit.Concurrency;

/// <summary>What becomes of work that is not done when an <see cref="EventLoop"/> is to end.</summary>
public enum EventLoopLeftovers
{
    /// <summary>It is cancelled by its token, and waited for, as by Python's <c>asyncio.run</c>.</summary>
    Cancel,

    /// <summary>It is waited for, and only cancelled when the grace is over.</summary>
    Drain,
}
