using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;

namespace AsyncKit.Errors;

/// <summary>How a piece of work ended: with a value, with a fault, or cancelled.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
/// <remarks>
/// <para>Make one with <see cref="Settled.CaptureAsync{T}(Func{CancellationToken, ValueTask{T}}, CancellationToken)"/>
/// or the other static members of <see cref="Settled"/>.</para>
/// <para>Immutable and thread-safe. <c>default</c> is none of the three ends.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly record struct Settled<T>
{
    private readonly Ending _ending;
    private readonly T? _value;

    // As a Task keeps it: throwing it again and again does not add to its stack.
    private readonly ExceptionDispatchInfo? _exception;

    internal Settled(Ending ending, T? value, Exception? exception)
    {
        _ending = ending;
        _value = value;
        _exception = exception is null ? null : ExceptionDispatchInfo.Capture(exception);
    }

    /// <summary>Whether the work gave a value.</summary>
    public bool IsCompletedSuccessfully => _ending is Ending.Succeeded;

    /// <summary>Whether the work failed; <see cref="Exception"/> says how.</summary>
    [MemberNotNullWhen(true, nameof(Exception))]
    public bool IsFaulted => _ending is Ending.Faulted;

    /// <summary>
    /// Whether the work was cancelled; <see cref="Exception"/> is the <see cref="OperationCanceledException"/>.
    /// </summary>
    [MemberNotNullWhen(true, nameof(Exception))]
    public bool IsCanceled => _ending is Ending.Canceled;

    /// <summary>The fault or the cancellation; <see langword="null"/> when the work gave a value.</summary>
    public Exception? Exception => _exception?.SourceException;

    /// <summary>
    /// The value; for work that did not give one, its exception is thrown, with the stack it was first thrown with.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>: nothing was settled.</exception>
    public T Value
    {
        get
        {
            if (_ending is Ending.Succeeded) return _value!;
            _exception?.Throw();
            throw new InvalidOperationException("A default Settled has no outcome: no work was settled into it.");
        }
    }

    /// <inheritdoc cref="Settled.ThrowIfUnsuccessful"/>
    public void ThrowIfUnsuccessful() => _ = Value;

    /// <summary>Gets the value without throwing.</summary>
    /// <param name="value">The value, or <c>default</c> when there is none.</param>
    /// <returns>Whether the work gave a value.</returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return _ending is Ending.Succeeded;
    }

    /// <summary>Whether both ended alike, with equal values or the same exception.</summary>
    /// <param name="other">The other outcome.</param>
    /// <returns>Whether they are equal.</returns>
    public bool Equals(Settled<T> other) =>
        _ending == other._ending
        && EqualityComparer<T?>.Default.Equals(_value, other._value)
        && ReferenceEquals(Exception, other.Exception);

    /// <summary>Combines how the work ended with its value or exception.</summary>
    /// <returns>The hash code.</returns>
    public override int GetHashCode() => HashCode.Combine(_ending, _value, Exception);

    /// <inheritdoc cref="Settled.ToString"/>
    public override string ToString() => Settled.Describe(_ending, _value?.ToString(), Exception);
}
