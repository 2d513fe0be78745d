using System.Runtime.CompilerServices;
using AsyncKit.Errors;

namespace AsyncKit.Timing;

/// <summary>Runs work under a time limit that cancels it and waits for it to end.</summary>
/// <remarks>
/// <para><see cref="Task.WaitAsync(TimeSpan, TimeProvider)"/> walks away and leaves the work running;
/// these methods do not return before the work has ended, as Python's <c>asyncio.wait_for</c>. Work that ignores its
/// token is therefore waited for, however long it takes.</para>
/// <para>How the call ends is decided by how the work ended. It gave a value: the value is returned, even late. It was
/// cancelled: <see cref="OperationCanceledException"/> with the caller's token if the caller asked for it, else
/// <see cref="TimeoutException"/> if the deadline had passed, else what the work threw. It faulted: the fault. A fault
/// of a callback registered on the work's token is a fault of the work.</para>
/// <para>The limit is a <see cref="Deadline"/>, which a <see cref="TimeSpan"/> converts to, or which several calls
/// share;
/// <see cref="Deadline.After"/> takes the clock. With a deadline that has passed the work runs with a token that is
/// cancelled from the start. Thread-safe.</para>
/// </remarks>
public static class Timeouts
{
    /// <summary>Runs work under a time limit.</summary>
    /// <param name="operation">The work; its token is cancelled when the deadline passes or the caller cancels.</param>
    /// <param name="deadline">The limit: a time from now, or a deadline.</param>
    /// <param name="cancellationToken">
    /// The caller's token. When it is cancelled before the call, the work is not started.
    /// </param>
    /// <returns>A task that completes when the work has ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, and the work ended by that.</exception>
    /// <exception cref="TimeoutException">The deadline passed, and the work ended by that.</exception>
    [OverloadResolutionPriority(1)]
    public static Task RunAsync(
        Func<CancellationToken, ValueTask> operation, Deadline deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync((_, token) => operation(token), deadline, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    public static Task RunAsync(
        Func<CancellationToken, Task> operation, Deadline deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync((_, token) => new ValueTask(operation(token)), deadline, cancellationToken);
    }

    /// <summary>Runs work that gives a value under a time limit.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, also when it came after the deadline.</returns>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation,
        Deadline deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync((_, token) => operation(token), deadline, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, ValueTask{T}}, Deadline, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> operation, Deadline deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync((_, token) => new ValueTask<T>(operation(token)), deadline, cancellationToken);
    }

    /// <summary>Runs work that may move its own time limit.</summary>
    /// <param name="operation">
    /// The work; its token is cancelled when the deadline passes that then holds, or the caller cancels.
    /// </param>
    /// <param name="deadline">The limit that holds at first: a time from now, or a deadline.</param>
    /// <param name="cancellationToken">
    /// The caller's token. When it is cancelled before the call, the work is not started.
    /// </param>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task RunAsync(
        Func<TimeoutScope, CancellationToken, ValueTask> operation,
        Deadline deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync<object?>(
            async (scope, token) =>
            {
                await operation(scope, token).ConfigureAwait(false);
                return null;
            },
            deadline,
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{TimeoutScope, CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    public static Task RunAsync(
        Func<TimeoutScope, CancellationToken, Task> operation,
        Deadline deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync((scope, token) => new ValueTask(operation(scope, token)), deadline, cancellationToken);
    }

    /// <summary>Runs work that gives a value and may move its own time limit.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, also when it came after the deadline.</returns>
    /// <inheritdoc cref="RunAsync(Func{TimeoutScope, CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task<T> RunAsync<T>(
        Func<TimeoutScope, CancellationToken, ValueTask<T>> operation,
        Deadline deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);

        // Continued where the work ended, as an asynchronous method is.
        var completion = new TaskCompletionSource<T>();
        _ = RunCoreAsync(operation, new TimeLimit(deadline, cancellationToken), completion, cancellationToken);
        return completion.Task;
    }

    /// <inheritdoc
    /// cref="RunAsync{T}(Func{TimeoutScope, CancellationToken, ValueTask{T}}, Deadline, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        Func<TimeoutScope, CancellationToken, Task<T>> operation,
        Deadline deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync((scope, token) => new ValueTask<T>(operation(scope, token)), deadline, cancellationToken);
    }

    /// <summary>Runs work under a time limit, and gives how it ended instead of throwing.</summary>
    /// <returns>
    /// How the work ended: cancelled when the caller asked for it, faulted with a <see cref="TimeoutException"/> when
    /// the deadline passed. Awaiting it never throws.
    /// </returns>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)" path="/param"/>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)"
    /// path="/exception[@cref='T:System.ArgumentNullException']"/>
    [OverloadResolutionPriority(1)]
    public static ValueTask<Settled> TryRunAsync(
        Func<CancellationToken, ValueTask> operation, Deadline deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Settled.CaptureAsync(token => RunAsync(operation, deadline, token), cancellationToken);
    }

    /// <inheritdoc cref="TryRunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    public static ValueTask<Settled> TryRunAsync(
        Func<CancellationToken, Task> operation, Deadline deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Settled.CaptureAsync(token => RunAsync(operation, deadline, token), cancellationToken);
    }

    /// <summary>Runs work that gives a value under a time limit, and gives how it ended instead of throwing.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="TryRunAsync(Func{CancellationToken, ValueTask}, Deadline, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static ValueTask<Settled<T>> TryRunAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation,
        Deadline deadline,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Settled.CaptureAsync(token => RunAsync(operation, deadline, token), cancellationToken);
    }

    /// <inheritdoc cref="TryRunAsync{T}(Func{CancellationToken, ValueTask{T}}, Deadline, CancellationToken)"/>
    public static ValueTask<Settled<T>> TryRunAsync<T>(
        Func<CancellationToken, Task<T>> operation, Deadline deadline, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return Settled.CaptureAsync(token => RunAsync(operation, deadline, token), cancellationToken);
    }

    /// <summary>Cleans up after work that was cancelled, under a limit of its own.</summary>
    /// <remarks>
    /// The token of the work is cancelled already: clean-up that was given it would not begin. Shielding is Trio's and
    /// asyncio's term; the grace keeps clean-up from lasting for ever.
    /// </remarks>
    /// <param name="cleanup">The clean-up; its token is cancelled when the grace is over, and by nobody else.</param>
    /// <param name="grace">How long it may take: a time from now, or a deadline.</param>
    /// <returns>A task that completes when the clean-up has ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="cleanup"/> is <see langword="null"/>.</exception>
    /// <exception cref="TimeoutException">The grace was over, and the clean-up ended by that.</exception>
    [OverloadResolutionPriority(1)]
    public static Task ShieldAsync(Func<CancellationToken, ValueTask> cleanup, Deadline grace)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        return RunAsync(cleanup, grace, CancellationToken.None);
    }

    /// <inheritdoc cref="ShieldAsync(Func{CancellationToken, ValueTask}, Deadline)"/>
    public static Task ShieldAsync(Func<CancellationToken, Task> cleanup, Deadline grace)
    {
        ArgumentNullException.ThrowIfNull(cleanup);
        return RunAsync(cleanup, grace, CancellationToken.None);
    }

    // Ends the task by hand: that of an asynchronous method would be cancelled by an exception that nobody asked for,
    // and have one fault of several.
    private static async Task RunCoreAsync<T>(
        Func<TimeoutScope, CancellationToken, ValueTask<T>> operation,
        TimeLimit limit,
        TaskCompletionSource<T> completion,
        CancellationToken cancellationToken)
    {
        var faults = new Faults();
        T? value = default;
        OperationCanceledException? cut = null;
        var isByCaller = false;
        try
        {
            value = await operation(new TimeoutScope(limit), limit.Token).ConfigureAwait(false);
        }
        // Who cancelled cannot be read from the exception, which carries whatever token the work linked: the caller is
        // asked first, so that a caller who cancels in the same instant as the deadline passes gets what they asked
        // for.
        catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested || limit.HasPassed)
        {
            cut = e;
            isByCaller = cancellationToken.IsCancellationRequested;
        }
        catch (Exception e)
        {
            faults.Add(e);
        }

        await limit.EndAsync(faults).ConfigureAwait(false);
        if (faults.Any) faults.Fail(completion);
        else if (cut is null) completion.SetResult(value!);
        else if (isByCaller) Cancellation.Cancel(completion, Cancellation.By(cut, cancellationToken));
        else completion.SetException(TimeoutAfter(limit.Deadline.Timeout, cut));
    }

    private static TimeoutException TimeoutAfter(TimeSpan limit, OperationCanceledException cut) =>
        new($"The operation was cancelled because its limit of {limit} had passed.", cut);
}
