namespace AsyncKit.Errors;

/// <summary>What is to be asked of an exception of asynchronous work.</summary>
/// <remarks>Thread-safe.</remarks>
public static class ExceptionExtensions
{
    /// <summary>Whether an exception is the cancellation that a token has asked for.</summary>
    /// <remarks>
    /// Asked of the token, and not of <see cref="OperationCanceledException.CancellationToken"/>: work that links
    /// tokens throws with one of its own. To be asked of the caller's token before that of a time limit.
    /// </remarks>
    /// <param name="exception">The exception.</param>
    /// <param name="cancellationToken">The token of who may have asked.</param>
    /// <returns>
    /// Whether it is an <see cref="OperationCanceledException"/>, and the token has been cancelled.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public static bool IsCancellationBy(this Exception exception, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return exception is OperationCanceledException && cancellationToken.IsCancellationRequested;
    }

    /// <summary>Splits faults by their kind, so that one kind can be handled and the rest be thrown on.</summary>
    /// <remarks>
    /// Faults inside of further <see cref="AggregateException"/>s count as if they stood beside the others, in their
    /// order; what <c>except*</c> of Python does (PEP 654).
    /// </remarks>
    /// <typeparam name="T">The kind to be handled.</typeparam>
    /// <param name="faults">The faults.</param>
    /// <returns>Those of the kind, and the others; either may be empty.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="faults"/> is <see langword="null"/>.</exception>
    public static (IReadOnlyList<T> Matching, IReadOnlyList<Exception> Others) Split<T>(this AggregateException faults)
        where T : Exception
    {
        ArgumentNullException.ThrowIfNull(faults);
        IReadOnlyCollection<Exception> all = faults.Flatten().InnerExceptions;
        return ([.. all.OfType<T>()], [.. all.Where(fault => fault is not T)]);
    }
}
