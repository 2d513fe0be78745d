using System.Runtime.CompilerServices;

namespace AsyncKit.Timing;

/// <summary>Runs work under a time limit that cancels it and waits for it to end.</summary>
/// <remarks>
/// <para><see cref="Task.WaitAsync(TimeSpan, TimeProvider)"/> walks away and leaves the work running;
/// these methods do not return before the work has ended, as Python's <c>asyncio.wait_for</c>. Work that ignores its
/// token is therefore waited for, however long it takes.</para>
/// <para>How the call ends is decided by how the work ended. It gave a value: the value is returned, even late. It was
/// cancelled: <see cref="OperationCanceledException"/> with the caller's token if the caller asked for it, else
/// <see cref="TimeoutException"/> if the limit had passed, else what the work threw. It faulted: the fault. A fault of
/// a callback registered on the work's token is a fault of the work.</para>
/// <para>Limits are from <see cref="TimeSpan.Zero"/> to 4,294,967,294 milliseconds (about 49.7 days), or
/// <see cref="Timeout.InfiniteTimeSpan"/> for none. With a zero limit the work runs with a token that is cancelled from
/// the start. Thread-safe.</para>
/// </remarks>
public static class Timeouts
{
    // What TimeProvider.CreateTimer accepts.
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    /// <summary>Runs work under a time limit.</summary>
    /// <param name="operation">The work; its token is cancelled when the limit passes or the caller cancels.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">
    /// The caller's token. When it is cancelled before the call, the work is not started.
    /// </param>
    /// <returns>A task that completes when the work has ended.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled, and the work ended by that.</exception>
    /// <exception cref="TimeoutException">The limit passed, and the work ended by that.</exception>
    [OverloadResolutionPriority(1)]
    public static Task RunAsync(
        Func<CancellationToken, ValueTask> operation,
        TimeSpan timeout,
        CancellationToken cancellationToken = default) =>
        RunAsync(operation, timeout, TimeProvider.System, cancellationToken);

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, TimeSpan, CancellationToken)"/>
    public static Task RunAsync(
        Func<CancellationToken, Task> operation, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        RunAsync(operation, timeout, TimeProvider.System, cancellationToken);

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, TimeSpan, CancellationToken)"/>
    /// <param name="operation">The work; its token is cancelled when the limit passes or the caller cancels.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="timeProvider">The clock that measures the limit.</param>
    /// <param name="cancellationToken">
    /// The caller's token. When it is cancelled before the call, the work is not started.
    /// </param>
    [OverloadResolutionPriority(1)]
    public static Task RunAsync(
        Func<CancellationToken, ValueTask> operation,
        TimeSpan timeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync<object?>(
            async token =>
            {
                await operation(token).ConfigureAwait(false);
                return null;
            },
            timeout,
            timeProvider,
            cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, TimeSpan, TimeProvider, CancellationToken)"/>
    public static Task RunAsync(
        Func<CancellationToken, Task> operation,
        TimeSpan timeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync(token => new ValueTask(operation(token)), timeout, timeProvider, cancellationToken);
    }

    /// <summary>Runs work that gives a value under a time limit.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, also when it came after the limit.</returns>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, TimeSpan, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation,
        TimeSpan timeout,
        CancellationToken cancellationToken = default) =>
        RunAsync(operation, timeout, TimeProvider.System, cancellationToken);

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, ValueTask{T}}, TimeSpan, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> operation, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        RunAsync(operation, timeout, TimeProvider.System, cancellationToken);

    /// <summary>Runs work that gives a value under a time limit.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, also when it came after the limit.</returns>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, TimeSpan, TimeProvider, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation,
        TimeSpan timeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        ArgumentNullException.ThrowIfNull(timeProvider);
        ThrowIfOutOfRange(timeout);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<T>(cancellationToken)
            : RunCoreAsync(operation, timeout, timeProvider, cancellationToken);
    }

    /// <inheritdoc
    /// cref="RunAsync{T}(Func{CancellationToken, ValueTask{T}}, TimeSpan, TimeProvider, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        Func<CancellationToken, Task<T>> operation,
        TimeSpan timeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        return RunAsync(token => new ValueTask<T>(operation(token)), timeout, timeProvider, cancellationToken);
    }

    private static async Task<T> RunCoreAsync<T>(
        Func<CancellationToken, ValueTask<T>> operation,
        TimeSpan timeout,
        TimeProvider timeProvider,
        CancellationToken cancellationToken)
    {
        var limit = new TimeLimit(timeout, timeProvider, cancellationToken);
        await using (limit.ConfigureAwait(false))
        {
            try
            {
                T value = await operation(limit.Token).ConfigureAwait(false);
                await limit.EndAsync().ConfigureAwait(false);
                return value;
            }
            // Who cancelled cannot be read from the exception, which carries whatever token the work linked: the caller
            // is asked first, so that a caller who cancels in the same instant as the limit passes gets what they asked
            // for.
            catch (OperationCanceledException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
            catch (OperationCanceledException e) when (limit.Token.IsCancellationRequested)
            {
                await limit.EndAsync().ConfigureAwait(false);
                throw new TimeoutException(
                    $"The operation was cancelled because its limit of {timeout} had passed.", e);
            }
        }
    }

    private static void ThrowIfOutOfRange(
        TimeSpan timeout, [CallerArgumentExpression(nameof(timeout))] string? name = null)
    {
        if ((timeout < TimeSpan.Zero && timeout != Timeout.InfiniteTimeSpan) || timeout > _longest)
        {
            throw new ArgumentOutOfRangeException(
                name,
                timeout,
                $"A timeout must be Timeout.InfiniteTimeSpan or from 0 to {_longest}, but was {timeout}.");
        }
    }
}
