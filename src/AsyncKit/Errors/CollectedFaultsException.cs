using System.Globalization;

namespace AsyncKit.Errors;

/// <summary>The faults of work that went on after the first of them.</summary>
/// <remarks>
/// <see cref="AggregateException.InnerExceptions"/> are the first of them, in the order they happened, as many as the
/// work was told to keep; <see cref="FaultCount"/> says how many there were. The term for it elsewhere is an exception
/// group (Python's PEP 654).
/// </remarks>
public sealed class CollectedFaultsException : AggregateException
{
    /// <summary>Makes the exception.</summary>
    /// <param name="faults">The faults that are kept, at least one.</param>
    /// <param name="faultCount">How many there were: at least as many as are kept.</param>
    /// <exception cref="ArgumentNullException"><paramref name="faults"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no fault, or one is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="faultCount"/> is less than the number of faults.
    /// </exception>
    public CollectedFaultsException(IReadOnlyCollection<Exception> faults, long faultCount)
        : base(MessageFor(faults, faultCount), faults) => FaultCount = faultCount;

    /// <summary>How many faults there were, with those that were not kept.</summary>
    public long FaultCount { get; }

    private static string MessageFor(IReadOnlyCollection<Exception> faults, long faultCount)
    {
        ArgumentNullException.ThrowIfNull(faults);
        if (faults.Count is 0) throw new ArgumentException("faults must have at least one fault.", nameof(faults));
        ArgumentOutOfRangeException.ThrowIfLessThan(faultCount, faults.Count);
        string count = faultCount.ToString("N0", CultureInfo.InvariantCulture);
        if (faultCount is 1) return "One fault was collected.";
        return faultCount == faults.Count
            ? $"{count} faults were collected."
            : $"{count} faults were collected; the first {faults.Count} of them are kept.";
    }
}
