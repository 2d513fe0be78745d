using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace AsyncKit.Errors;

/// <summary>How a piece of work without a result ended: it succeeded, it faulted, or it was cancelled.</summary>
/// <remarks>
/// <para>The same three ends a <see cref="Task"/> has, as a value that can be stored, counted and passed on; the term
/// is that of JavaScript's <c>Promise.allSettled</c>. The static members make and capture outcomes, also those of
/// <see cref="Settled{T}"/>.</para>
/// <para>Immutable and thread-safe. <c>default</c> is none of the three ends: nothing was settled, so nothing pretends
/// to have succeeded.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}")]
public readonly record struct Settled
{
    private readonly Ending _ending;

    private Settled(Ending ending, Exception? exception)
    {
        _ending = ending;
        Exception = exception;
    }

    /// <summary>The outcome of work that ended well.</summary>
    public static Settled Success { get; } = new(Ending.Succeeded, exception: null);

    /// <summary>Whether the work ended well.</summary>
    public bool IsCompletedSuccessfully => _ending is Ending.Succeeded;

    /// <summary>Whether the work failed; <see cref="Exception"/> says how.</summary>
    [MemberNotNullWhen(true, nameof(Exception))]
    public bool IsFaulted => _ending is Ending.Faulted;

    /// <summary>
    /// Whether the work was cancelled; <see cref="Exception"/> is the <see cref="OperationCanceledException"/>.
    /// </summary>
    [MemberNotNullWhen(true, nameof(Exception))]
    public bool IsCanceled => _ending is Ending.Canceled;

    /// <summary>The fault or the cancellation; <see langword="null"/> when the work ended well.</summary>
    public Exception? Exception { get; }

    /// <summary>Makes the outcome of work that failed.</summary>
    /// <param name="exception">The fault.</param>
    /// <returns>A faulted outcome.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public static Settled FromException(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new Settled(Ending.Faulted, exception);
    }

    /// <summary>Makes the outcome of work that was cancelled.</summary>
    /// <param name="cancellation">The exception that carried the cancellation.</param>
    /// <returns>A cancelled outcome.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cancellation"/> is <see langword="null"/>.</exception>
    public static Settled FromCanceled(OperationCanceledException cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        return new Settled(Ending.Canceled, cancellation);
    }

    /// <summary>Makes the outcome of work that gave a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <param name="value">The value.</param>
    /// <returns>A successful outcome.</returns>
    public static Settled<T> FromValue<T>(T value) => new(Ending.Succeeded, value, exception: null);

    /// <summary>Makes the outcome of work that failed instead of giving a value.</summary>
    /// <typeparam name="T">The type of the value that was hoped for.</typeparam>
    /// <param name="exception">The fault.</param>
    /// <returns>A faulted outcome.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="exception"/> is <see langword="null"/>.</exception>
    public static Settled<T> FromException<T>(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return new Settled<T>(Ending.Faulted, default, exception);
    }

    /// <summary>Makes the outcome of work that was cancelled before it gave a value.</summary>
    /// <typeparam name="T">The type of the value that was hoped for.</typeparam>
    /// <param name="cancellation">The exception that carried the cancellation.</param>
    /// <returns>A cancelled outcome.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cancellation"/> is <see langword="null"/>.</exception>
    public static Settled<T> FromCanceled<T>(OperationCanceledException cancellation)
    {
        ArgumentNullException.ThrowIfNull(cancellation);
        return new Settled<T>(Ending.Canceled, default, cancellation);
    }

    /// <summary>Takes how a task has ended.</summary>
    /// <param name="task">A task that has completed.</param>
    /// <returns>
    /// The outcome: of one fault, that; of several, the task's <see cref="AggregateException"/>. A fault of the task
    /// then counts as observed.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The task has not completed.</exception>
    public static Settled FromTask(Task task)
    {
        ThrowIfNotCompleted(task);
        if (task.IsCompletedSuccessfully) return Success;
        return FaultOf(task) is { } fault ? FromException(fault) : FromCanceled(CancellationOf(task));
    }

    /// <summary>Takes how a task that gives a value has ended.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="FromTask"/>
    public static Settled<T> FromTask<T>(Task<T> task)
    {
        ThrowIfNotCompleted(task);
        if (FaultOf(task) is { } fault) return FromException<T>(fault);
        if (task.IsCanceled) return FromCanceled<T>(CancellationOf(task));
        var value = new StrongBox<T>();
        _ = ReadAsync(task, value);
        return FromValue(value.Value!);

        static async Task ReadAsync(Task<T> task, StrongBox<T> value) =>
            value.Value = await task.ConfigureAwait(false);
    }

    /// <summary>Runs work and returns how it ended instead of throwing.</summary>
    /// <param name="operation">The work; it receives <paramref name="cancellationToken"/>.</param>
    /// <param name="cancellationToken">
    /// Passed to the work. An <see cref="OperationCanceledException"/> is a cancellation only when this token asked for
    /// one; otherwise it is a fault, because nobody asked.
    /// </param>
    /// <returns>How the work ended. Awaiting it never throws.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static ValueTask<Settled> CaptureAsync(
        Func<CancellationToken, ValueTask> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return CoreAsync(operation, cancellationToken);

        static async ValueTask<Settled> CoreAsync(
            Func<CancellationToken, ValueTask> operation, CancellationToken cancellationToken)
        {
            try
            {
                await operation(cancellationToken).ConfigureAwait(false);
                return Success;
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                return FromCanceled(e);
            }
            catch (Exception e)
            {
                return FromException(e);
            }
        }
    }

    /// <inheritdoc cref="CaptureAsync(Func{CancellationToken, ValueTask}, CancellationToken)"/>
    public static ValueTask<Settled> CaptureAsync(
        Func<CancellationToken, Task> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return CaptureAsync(token => new ValueTask(operation(token)), cancellationToken);
    }

    /// <summary>Runs work that gives a value and returns how it ended instead of throwing.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="CaptureAsync(Func{CancellationToken, ValueTask}, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static ValueTask<Settled<T>> CaptureAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return CoreAsync(operation, cancellationToken);

        static async ValueTask<Settled<T>> CoreAsync(
            Func<CancellationToken, ValueTask<T>> operation, CancellationToken cancellationToken)
        {
            try
            {
                return FromValue(await operation(cancellationToken).ConfigureAwait(false));
            }
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                return FromCanceled<T>(e);
            }
            catch (Exception e)
            {
                return FromException<T>(e);
            }
        }
    }

    /// <inheritdoc cref="CaptureAsync{T}(Func{CancellationToken, ValueTask{T}}, CancellationToken)"/>
    public static ValueTask<Settled<T>> CaptureAsync<T>(
        Func<CancellationToken, Task<T>> operation, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return CaptureAsync(token => new ValueTask<T>(operation(token)), cancellationToken);
    }

    /// <summary>
    /// Throws the fault or the cancellation, with the stack it was first thrown with; does nothing when the work ended
    /// well.
    /// </summary>
    /// <exception cref="InvalidOperationException">This is <c>default</c>: nothing was settled.</exception>
    public void ThrowIfUnsuccessful()
    {
        if (_ending is Ending.Succeeded) return;
        if (Exception is null)
            throw new InvalidOperationException("A default Settled has no outcome: no work was settled into it.");
        ExceptionDispatchInfo.Throw(Exception);
    }

    /// <summary>Says how the work ended, in a word and the message of what went wrong.</summary>
    /// <returns>For example <c>Faulted: The disk is full</c>.</returns>
    public override string ToString() => Describe(_ending, value: "", Exception);

    internal static string Describe(Ending ending, string? value, Exception? exception) => ending switch
    {
        Ending.Succeeded => string.IsNullOrEmpty(value) ? "Succeeded" : $"Succeeded: {value}",
        Ending.Faulted => $"Faulted: {exception!.Message}",
        Ending.Canceled => "Canceled",
        _ => "Unsettled",
    };

    private static void ThrowIfNotCompleted(Task task)
    {
        ArgumentNullException.ThrowIfNull(task);
        if (!task.IsCompleted)
            throw new ArgumentException($"task must have completed, but its status was {task.Status}.", nameof(task));
    }

    private static Exception? FaultOf(Task task) =>
        task.Exception is { InnerExceptions: [var only] } ? only : task.Exception;

    // Only who awaits a cancelled task gets its exception. The task has completed: nothing waits here.
    private static OperationCanceledException CancellationOf(Task task)
    {
        var cancellation = new StrongBox<OperationCanceledException>();
        _ = ReadAsync(task, cancellation);
        return cancellation.Value!;

        static async Task ReadAsync(Task task, StrongBox<OperationCanceledException> cancellation)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (OperationCanceledException e)
            {
                cancellation.Value = e;
            }
        }
    }
}
