namespace AsyncKit.Synchronization;

/// <summary>A phase of an <see cref="AsyncBarrier"/> that will not come to its end: the barrier was aborted or reset.
/// </summary>
/// <remarks>Each participant gets one of its own.</remarks>
public sealed class BrokenBarrierException : Exception
{
    /// <summary>Makes the exception with a message that says no more than what it is for.</summary>
    public BrokenBarrierException()
        : base("The barrier was aborted or reset.")
    {
    }

    /// <summary>Makes the exception with a message.</summary>
    /// <param name="message">What happened.</param>
    public BrokenBarrierException(string? message)
        : base(message)
    {
    }

    /// <summary>Makes the exception with a message and its cause.</summary>
    /// <param name="message">What happened.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public BrokenBarrierException(string? message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
