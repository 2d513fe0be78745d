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

    internal Settled(Ending ending, T? value, Exception? exception)
    {
        _ending = ending;
        _value = value;
        Exception = exception;
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
    public Exception? Exception { get; }

    /// <summary>
    /// The value; for work that did not give one, its exception is thrown, with the stack it was first thrown with.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>: nothing was settled.</exception>
    public T Value
    {
        get
        {
            if (_ending is Ending.Succeeded) return _value!;
            if (Exception is not null) ExceptionDispatchInfo.Throw(Exception);
            throw new InvalidOperationException("A default Settled has no outcome: no work was settled into it.");
        }
    }

    /// <summary>Gets the value without throwing.</summary>
    /// <param name="value">The value, or <c>default</c> when there is none.</param>
    /// <returns>Whether the work gave a value.</returns>
    public bool TryGetValue([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return _ending is Ending.Succeeded;
    }

    /// <inheritdoc cref="Settled.ToString"/>
    public override string ToString() => Settled.Describe(_ending, _value?.ToString(), Exception);
}
