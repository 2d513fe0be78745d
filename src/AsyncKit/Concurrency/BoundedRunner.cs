using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Errors;
using AsyncKit.Synchronization;
using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>Runs asynchronous work on many items, never more than a fixed number of them at a time.</summary>
/// <remarks>
/// <para><b>The limit</b> belongs to the runner: all calls on one runner share it. A body must not call
/// the runner that is running it: with every permit held by such bodies, none could go on.</para>
/// <para><b>The source</b> is pulled lazily, one element at a time; at most <see cref="Limit"/> elements are
/// pulled whose bodies have not ended. It is disposed before the call completes. A source of
/// both kinds, synchronous and asynchronous, is taken as an asynchronous one.</para>
/// <para><b>Bodies</b> start on the thread pool without a <see cref="SynchronizationContext"/> and with the caller's
/// <see cref="AsyncLocal{T}"/> values, about in the order of the source, and exactly so one at a time. The runner goes
/// on where the work it awaited was completed, as any code that awaits with <c>ConfigureAwait(false)</c>. Nothing is
/// still running when the returned task completes.</para>
/// <para><b>Errors.</b> The first fault, of a body or of the source, stops the pulling and cancels the token of the
/// bodies that run. When they have ended the task faults: <c>await</c> throws the first fault,
/// <see cref="Task.Exception"/> has each, in the order they happened. Cancellations that the stop itself caused are not
/// faults; an <see cref="OperationCanceledException"/> that nobody asked for is.</para>
/// <para><b>Cancellation.</b> When the caller cancels and work was cut or skipped by it, the task ends cancelled with
/// the caller's token, unless something faulted: a fault is never dropped because somebody also cancelled. When all the
/// work was done all the same, because the end of the source had been seen or is known from its count, the task
/// succeeds.</para>
/// <para>Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: CurrentCount = {Limit.CurrentCount}")]
public sealed class BoundedRunner
{
    /// <summary>Makes a runner with a fixed limit.</summary>
    /// <param name="maxConcurrency">How many bodies may run at a time: at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is less than 1.</exception>
    public BoundedRunner(int maxConcurrency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrency, 1);
        Limit = new ConcurrencyLimit(maxConcurrency);
        Options = new BoundedRunnerOptions();
    }

    /// <summary>Makes a runner that shares a limit with others.</summary>
    /// <param name="limit">The limit; it may be changed at any moment.</param>
    /// <exception cref="ArgumentNullException"><paramref name="limit"/> is <see langword="null"/>.</exception>
    public BoundedRunner(ConcurrencyLimit limit)
    {
        ArgumentNullException.ThrowIfNull(limit);
        Limit = limit;
        Options = new BoundedRunnerOptions();
    }

    /// <summary>Makes a runner with options.</summary>
    /// <param name="options">The options: one of <see cref="BoundedRunnerOptions.MaxConcurrency"/> and
    /// <see cref="BoundedRunnerOptions.Limit"/> must be set.</param>
    /// <exception cref="ArgumentNullException"><paramref name="options"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">
    /// None of the two is set, or both are, or another option is out of its range.
    /// </exception>
    public BoundedRunner(BoundedRunnerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.ThrowIfInvalid(nameof(options));
        Limit = options.Limit ?? new ConcurrencyLimit(options.MaxConcurrency!.Value);
        Options = options;
    }

    /// <summary>How many bodies may run at a time: of this runner and of whoever shares the limit.</summary>
    public ConcurrencyLimit Limit { get; }

    internal BoundedRunnerOptions Options { get; }

    /// <summary>Names the runner in reports, such as <c>BoundedRunner (4 at a time)</c>.</summary>
    /// <returns>The type with its name, if it has one, and the limit at this moment.</returns>
    public override string ToString() =>
        $"{WatchedWait.NameOf(nameof(BoundedRunner), Options.Name)} ({Limit.Value} at a time)";

    /// <summary>Runs a body on every element of a sequence.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <param name="source">The elements, pulled lazily.</param>
    /// <param name="body">The work on one element; its token is cancelled when the run stops early.</param>
    /// <param name="cancellationToken">
    /// The caller's token; cancelled before the call, the source is not touched.
    /// </param>
    /// <returns>A task that completes when every body that started has ended.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public Task ForEachAsync<T>(
        IEnumerable<T> source,
        Func<T, CancellationToken, ValueTask> body,
        CancellationToken cancellationToken = default) =>
        ForEachAsync(RunSource.Of(source), body, cancellationToken);

    /// <inheritdoc
    /// cref="ForEachAsync{T}(IEnumerable{T}, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    public Task ForEachAsync<T>(
        IEnumerable<T> source,
        Func<T, CancellationToken, Task> body,
        CancellationToken cancellationToken = default) =>
        ForEachAsync(RunSource.Of(source), Adapt(body), cancellationToken);

    /// <inheritdoc
    /// cref="ForEachAsync{T}(IEnumerable{T}, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public Task ForEachAsync<T>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, ValueTask> body,
        CancellationToken cancellationToken = default) =>
        ForEachAsync(RunSource.Of(source), body, cancellationToken);

    /// <inheritdoc
    /// cref="ForEachAsync{T}(IEnumerable{T}, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public Task ForEachAsync<T>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, Task> body,
        CancellationToken cancellationToken = default) =>
        ForEachAsync(RunSource.Of(source), Adapt(body), cancellationToken);

    /// <summary>Runs a body on every element of a sequence: one after the other, in the order of the source, where the
    /// key is the same, and at the same time where it is not.</summary>
    /// <remarks>
    /// An item whose key is busy waits in memory, and later items are pulled meanwhile: at most
    /// <see cref="BoundedRunnerOptions.BufferCapacity"/> beyond the limit. When they all wait for one key, nothing else
    /// goes on until one of them has ended. What the key selector throws is a fault of the source.
    /// </remarks>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <param name="source">The elements, pulled lazily.</param>
    /// <param name="keySelector">The key of an element; asked once for each, by one worker at a time.</param>
    /// <param name="body">The work on one element; its token is cancelled when the run stops early.</param>
    /// <param name="comparer">How keys are compared; by default as their type does.</param>
    /// <param name="cancellationToken">
    /// The caller's token; cancelled before the call, the source is not touched.
    /// </param>
    /// <returns>A task that completes when every body that started has ended.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public Task ForEachByKeyAsync<T, TKey>(
        IEnumerable<T> source,
        Func<T, TKey> keySelector,
        Func<T, CancellationToken, ValueTask> body,
        IEqualityComparer<TKey>? comparer = null,
        CancellationToken cancellationToken = default)
        where TKey : notnull =>
        ForEachByKeyAsync(RunSource.Of(source), keySelector, body, comparer, cancellationToken);

    /// <inheritdoc
    /// cref="ForEachByKeyAsync{T, TKey}(IEnumerable{T}, Func{T, TKey}, Func{T, CancellationToken, ValueTask}, IEqualityComparer{TKey}, CancellationToken)"/>
    public Task ForEachByKeyAsync<T, TKey>(
        IEnumerable<T> source,
        Func<T, TKey> keySelector,
        Func<T, CancellationToken, Task> body,
        IEqualityComparer<TKey>? comparer = null,
        CancellationToken cancellationToken = default)
        where TKey : notnull =>
        ForEachByKeyAsync(RunSource.Of(source), keySelector, Adapt(body), comparer, cancellationToken);

    /// <inheritdoc
    /// cref="ForEachByKeyAsync{T, TKey}(IEnumerable{T}, Func{T, TKey}, Func{T, CancellationToken, ValueTask}, IEqualityComparer{TKey}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public Task ForEachByKeyAsync<T, TKey>(
        IAsyncEnumerable<T> source,
        Func<T, TKey> keySelector,
        Func<T, CancellationToken, ValueTask> body,
        IEqualityComparer<TKey>? comparer = null,
        CancellationToken cancellationToken = default)
        where TKey : notnull =>
        ForEachByKeyAsync(RunSource.Of(source), keySelector, body, comparer, cancellationToken);

    /// <inheritdoc
    /// cref="ForEachByKeyAsync{T, TKey}(IEnumerable{T}, Func{T, TKey}, Func{T, CancellationToken, ValueTask}, IEqualityComparer{TKey}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public Task ForEachByKeyAsync<T, TKey>(
        IAsyncEnumerable<T> source,
        Func<T, TKey> keySelector,
        Func<T, CancellationToken, Task> body,
        IEqualityComparer<TKey>? comparer = null,
        CancellationToken cancellationToken = default)
        where TKey : notnull =>
        ForEachByKeyAsync(RunSource.Of(source), keySelector, Adapt(body), comparer, cancellationToken);

    /// <summary>Computes a result for every element of a sequence.</summary>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="source">The elements, pulled lazily.</param>
    /// <param name="selector">The work on one element; its token is cancelled when the run stops early.</param>
    /// <param name="cancellationToken">
    /// The caller's token; cancelled before the call, the source is not touched.
    /// </param>
    /// <returns>The results, in the order of the source, whatever the order in which they were ready.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public Task<TResult[]> MapAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        MapAsync(RunSource.Of(source), selector, cancellationToken);

    /// <inheritdoc
    /// cref="MapAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    public Task<TResult[]> MapAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        MapAsync(RunSource.Of(source), Adapt(selector), cancellationToken);

    /// <inheritdoc
    /// cref="MapAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public Task<TResult[]> MapAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        MapAsync(RunSource.Of(source), selector, cancellationToken);

    /// <inheritdoc
    /// cref="MapAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public Task<TResult[]> MapAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        MapAsync(RunSource.Of(source), Adapt(selector), cancellationToken);

    /// <summary>Computes a result for every element of a sequence, and gives each when it is there.</summary>
    /// <remarks>
    /// <para>Each result as soon as it is ready, or in the order of the source
    /// (<see cref="BoundedRunnerOptions.PreserveOrder"/>). The run begins with the first element that is asked for,
    /// anew for each enumeration. It goes no further ahead of the consumer than the limit and
    /// <see cref="BoundedRunnerOptions.BufferCapacity"/>.</para>
    /// <para>A fault or a cancellation comes out when all bodies have ended, after the results that were ready; in the
    /// order of the source, after those before the item that failed. Of several faults the first is thrown.</para>
    /// <para>Breaking out of the loop cancels the bodies, waits for them, and disposes the source. Faults that come
    /// then go to <see cref="BoundedRunnerOptions.OnLateFault"/>.</para>
    /// </remarks>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="source">The elements, pulled lazily.</param>
    /// <param name="selector">The work on one element; its token is cancelled when the run stops early.</param>
    /// <param name="cancellationToken">The caller's token; as well as that of <c>WithCancellation</c>.</param>
    /// <returns>The results: to be enumerated by one consumer at a time.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<TResult> StreamAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        StreamAsync(RunSource.Of(source), selector, cancellationToken);

    /// <inheritdoc
    /// cref="StreamAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    public IAsyncEnumerable<TResult> StreamAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        StreamAsync(RunSource.Of(source), Adapt(selector), cancellationToken);

    /// <inheritdoc
    /// cref="StreamAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public IAsyncEnumerable<TResult> StreamAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        StreamAsync(RunSource.Of(source), selector, cancellationToken);

    /// <inheritdoc
    /// cref="StreamAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public IAsyncEnumerable<TResult> StreamAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        StreamAsync(RunSource.Of(source), Adapt(selector), cancellationToken);

    /// <summary>Computes how the work on every element of a sequence ends, and gives each outcome when it is there: an
    /// element that fails stops nothing, and throws nothing.</summary>
    /// <remarks>As <see cref="StreamAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}},
    /// CancellationToken)"/> otherwise: a fault of the source, and the caller's cancellation, are thrown.</remarks>
    /// <typeparam name="T">The type of the elements.</typeparam>
    /// <typeparam name="TResult">The type of the results.</typeparam>
    /// <param name="source">The elements, pulled lazily.</param>
    /// <param name="selector">The work on one element; its token is cancelled when the run stops early.</param>
    /// <param name="cancellationToken">The caller's token; as well as that of <c>WithCancellation</c>.</param>
    /// <returns>The elements with their outcomes: to be enumerated by one consumer at a time.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public IAsyncEnumerable<(T Item, Settled<TResult> Outcome)> SettleAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        SettleAsync(RunSource.Of(source), selector, cancellationToken);

    /// <inheritdoc
    /// cref="SettleAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    public IAsyncEnumerable<(T Item, Settled<TResult> Outcome)> SettleAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        SettleAsync(RunSource.Of(source), Adapt(selector), cancellationToken);

    /// <inheritdoc
    /// cref="SettleAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public IAsyncEnumerable<(T Item, Settled<TResult> Outcome)> SettleAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        SettleAsync(RunSource.Of(source), selector, cancellationToken);

    /// <inheritdoc
    /// cref="SettleAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public IAsyncEnumerable<(T Item, Settled<TResult> Outcome)> SettleAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default) =>
        SettleAsync(RunSource.Of(source), Adapt(selector), cancellationToken);

    /// <summary>Runs one piece of work under the limit.</summary>
    /// <param name="work">The work, which starts on the thread pool; its token is the caller's.</param>
    /// <param name="cancellationToken">Ends the wait for a permit, and cancels the work.</param>
    /// <returns>A task that completes when the work has ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public Task RunAsync(Func<CancellationToken, ValueTask> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return ForEachAsync([true], (_, token) => work(token), cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, CancellationToken)"/>
    public Task RunAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return ForEachAsync([true], (_, token) => work(token), cancellationToken);
    }

    /// <summary>Runs one piece of work that gives a value under the limit.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value.</returns>
    /// <inheritdoc cref="RunAsync(Func{CancellationToken, ValueTask}, CancellationToken)"/>
    [OverloadResolutionPriority(1)]
    public Task<T> RunAsync<T>(
        Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<T>(cancellationToken)
            : new SingleRun<T>(this, WithinTimeout<bool, T>((_, token) => work(token)), cancellationToken).RunAsync();
    }

    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, ValueTask{T}}, CancellationToken)"/>
    public Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(token => new ValueTask<T>(work(token)), cancellationToken);
    }

    private static Func<T, CancellationToken, ValueTask> Adapt<T>(Func<T, CancellationToken, Task> body)
    {
        ArgumentNullException.ThrowIfNull(body);
        return (item, token) => new ValueTask(body(item, token));
    }

    private static Func<T, CancellationToken, ValueTask<TResult>> Adapt<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> selector)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return (item, token) => new ValueTask<TResult>(selector(item, token));
    }

    // An outcome, unless the run is stopped: then the item was cut, and has none.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<(T Item, Settled<TResult> Outcome)> SettleAsync<T, TResult>(
        T item, Func<T, CancellationToken, ValueTask<TResult>> selector, CancellationToken stopToken)
    {
        try
        {
            return (item, Settled.FromValue(await selector(item, stopToken).ConfigureAwait(false)));
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopToken.IsCancellationRequested)
        {
            return (item, Settled.FromException<TResult>(e));
        }
    }

    private Task ForEachAsync<T>(
        RunSource<T> source, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled(cancellationToken)
            : new ForEachRun<T>(this, source, WithinTimeout(body), cancellationToken).RunAsync();
    }

    private Task ForEachByKeyAsync<T, TKey>(
        RunSource<T> source,
        Func<T, TKey> keySelector,
        Func<T, CancellationToken, ValueTask> body,
        IEqualityComparer<TKey>? comparer,
        CancellationToken cancellationToken)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(keySelector);
        ArgumentNullException.ThrowIfNull(body);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled(cancellationToken)
            : new KeyedRun<T, TKey>(this, source, keySelector, comparer, WithinTimeout(body), cancellationToken)
                .RunAsync();
    }

    private Task<TResult[]> MapAsync<T, TResult>(
        RunSource<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<TResult[]>(cancellationToken)
            : new MapRun<T, TResult>(this, source, WithinTimeout(selector), cancellationToken).RunAsync();
    }

    private IAsyncEnumerable<TResult> StreamAsync<T, TResult>(
        RunSource<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selector);
        return StreamRun<T, TResult>.RunAsync(this, source, WithinTimeout(selector), cancellationToken);
    }

    private IAsyncEnumerable<(T Item, Settled<TResult> Outcome)> SettleAsync<T, TResult>(
        RunSource<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(selector);
        Func<T, CancellationToken, ValueTask<TResult>> timed = WithinTimeout(selector);
        return StreamRun<T, (T, Settled<TResult>)>.RunAsync(
            this, source, (item, stopToken) => SettleAsync(item, timed, stopToken), cancellationToken);
    }

    private Func<T, CancellationToken, ValueTask> WithinTimeout<T>(Func<T, CancellationToken, ValueTask> body) =>
        Options.ItemTimeout == Timeout.InfiniteTimeSpan
            ? body
            : (item, stopToken) => new ValueTask(Timeouts.RunAsync(
                token => body(item, token), Deadline.After(Options.ItemTimeout, Options.TimeProvider), stopToken));

    private Func<T, CancellationToken, ValueTask<TResult>> WithinTimeout<T, TResult>(
        Func<T, CancellationToken, ValueTask<TResult>> selector) =>
        Options.ItemTimeout == Timeout.InfiniteTimeSpan
            ? selector
            : (item, stopToken) => new ValueTask<TResult>(Timeouts.RunAsync(
                token => selector(item, token), Deadline.After(Options.ItemTimeout, Options.TimeProvider), stopToken));
}
