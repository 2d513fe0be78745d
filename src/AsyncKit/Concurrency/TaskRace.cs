using System.Runtime.CompilerServices;
using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>Lets several pieces of work try for one result, and takes the first that succeeds.</summary>
/// <remarks>
/// <para><b>The winner</b> is the first contender that gives a value. The others are cancelled and waited for, unless
/// they are to be abandoned; a value that one of them gives all the same is disposed, if it can be. When every
/// contender fails, the race faults with each fault once, in the order they happened. Faults before the win are
/// forgotten: that others try too is what a race is for.</para>
/// <para><b>Cancellation.</b> When the caller cancels before anyone has won, the race ends cancelled with the caller's
/// token, unless a contender has faulted. A value that comes after that wins all the same. An
/// <see cref="OperationCanceledException"/> that nobody asked for is the fault of its contender.</para>
/// <para>Contenders start in the context of the caller, as any asynchronous method. Known as "first success", hedging
/// (gRPC) and happy eyeballs (RFC 8305); <c>Promise.any</c> of JavaScript does not cancel. Thread-safe.</para>
/// </remarks>
public static class TaskRace
{
    /// <summary>Starts all contenders at once.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="contenders">The work, at least one; each gets a token that is cancelled when another has won, or
    /// the caller cancels. The next are not started when one has won in its call.</param>
    /// <param name="options">What becomes of the losers.</param>
    /// <param name="cancellationToken">The caller's token; cancelled before the call, nothing is started.</param>
    /// <returns>The value of the winner.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="contenders"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no contender, or one is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public static Task<T> FirstSuccessAsync<T>(
        IEnumerable<Func<CancellationToken, ValueTask<T>>> contenders,
        TaskRaceOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(ArrayOf(contenders), TimeSpan.Zero, options, cancellationToken);

    /// <inheritdoc
    /// cref="FirstSuccessAsync{T}(IEnumerable{Func{CancellationToken, ValueTask{T}}}, TaskRaceOptions,
    /// CancellationToken)"/>
    public static Task<T> FirstSuccessAsync<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> contenders,
        TaskRaceOptions? options = null,
        CancellationToken cancellationToken = default) =>
        RunAsync(ArrayOf(contenders), TimeSpan.Zero, options, cancellationToken);

    /// <summary>Starts the contenders one after the other: the next when the one before has not succeeded after a
    /// delay, or has failed.</summary>
    /// <typeparam name="T">The type of the result.</typeparam>
    /// <param name="contenders">The work, in the order of preference, at least one; each gets a token that is cancelled
    /// when another has won, or the caller cancels.</param>
    /// <param name="delay">How long the next one waits: from zero to 4,294,967,294 milliseconds (about 49.7 days), or
    /// <see cref="Timeout.InfiniteTimeSpan"/> until the one before has failed. A request is usually hedged at the 95th
    /// percentile of its latency; RFC 8305 takes 250 ms between addresses.</param>
    /// <param name="options">What becomes of the losers, and the clock.</param>
    /// <param name="cancellationToken">The caller's token; cancelled before the call, nothing is started.</param>
    /// <returns>The value of the winner.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="contenders"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no contender, or one is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or too long.</exception>
    [OverloadResolutionPriority(1)]
    public static Task<T> StaggeredAsync<T>(
        IEnumerable<Func<CancellationToken, ValueTask<T>>> contenders,
        TimeSpan delay,
        TaskRaceOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        TimerRange.ThrowIfOutside(delay);
        return RunAsync(ArrayOf(contenders), delay, options, cancellationToken);
    }

    /// <inheritdoc
    /// cref="StaggeredAsync{T}(IEnumerable{Func{CancellationToken, ValueTask{T}}}, TimeSpan, TaskRaceOptions,
    /// CancellationToken)"/>
    public static Task<T> StaggeredAsync<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> contenders,
        TimeSpan delay,
        TaskRaceOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        TimerRange.ThrowIfOutside(delay);
        return RunAsync(ArrayOf(contenders), delay, options, cancellationToken);
    }

    private static Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>>[] contenders,
        TimeSpan delay,
        TaskRaceOptions? options,
        CancellationToken cancellationToken)
    {
        options ??= new TaskRaceOptions();
        if (options.TimeProvider is null)
            throw new ArgumentException("TimeProvider must not be null.", nameof(options));
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var race = new Race<T>(options, cancellationToken);
        _ = race.RunAsync(contenders, delay);
        return race.Result;
    }

    private static Func<CancellationToken, ValueTask<T>>[] ArrayOf<T>(
        IEnumerable<Func<CancellationToken, ValueTask<T>>> contenders)
    {
        ArgumentNullException.ThrowIfNull(contenders);
        Func<CancellationToken, ValueTask<T>>[] array = [.. contenders];
        if (array is [])
            throw new ArgumentException("contenders must have at least one contender.", nameof(contenders));
        if (Array.IndexOf(array, null) is >= 0 and var index)
            throw new ArgumentException($"contenders must not be null, but number {index} was.", nameof(contenders));
        return array;
    }

    private static Func<CancellationToken, ValueTask<T>>[] ArrayOf<T>(
        IEnumerable<Func<CancellationToken, Task<T>>> contenders)
    {
        ArgumentNullException.ThrowIfNull(contenders);
        return ArrayOf(contenders.Select(Adapt));

        // Left as null, to be refused by its number.
        static Func<CancellationToken, ValueTask<T>> Adapt(Func<CancellationToken, Task<T>>? contender) =>
            contender is null ? null! : token => new ValueTask<T>(contender(token));
    }
}
