using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AsyncKit.Concurrency;

/// <summary>Runs asynchronous work on many items, never more than a fixed number of them at a time.</summary>
/// <remarks>
/// <para><b>The limit</b> belongs to the runner: all calls on one runner share it. A body must not call
/// the runner that is running it: with every permit held by such bodies, none could go on.</para>
/// <para><b>The source</b> is pulled lazily, one element at a time; at most <see cref="MaxConcurrency"/> elements are
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
[DebuggerDisplay("MaxConcurrency = {MaxConcurrency}, Running = {MaxConcurrency - _permits.CurrentCount}")]
public sealed class BoundedRunner
{
    // Its wait handle is never asked for, so it holds nothing that needs disposing.
    private readonly SemaphoreSlim _permits;

    /// <summary>Makes a runner with a fixed limit.</summary>
    /// <param name="maxConcurrency">How many bodies may run at a time: at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is less than 1.</exception>
    public BoundedRunner(int maxConcurrency)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrency, 1);
        MaxConcurrency = maxConcurrency;
        _permits = new SemaphoreSlim(maxConcurrency, maxConcurrency);
    }

    /// <summary>How many bodies may run at a time.</summary>
    public int MaxConcurrency { get; }

    /// <summary>Names the runner in reports, such as "BoundedRunner (4 at a time)".</summary>
    /// <returns>The type with the limit.</returns>
    public override string ToString() => $"{nameof(BoundedRunner)} ({MaxConcurrency} at a time)";

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
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(body);
        return ForEachAsync(new SynchronousSource<T>(source), body, cancellationToken);
    }

    /// <inheritdoc cref="ForEachAsync{T}(IEnumerable{T}, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    public Task ForEachAsync<T>(
        IEnumerable<T> source, Func<T, CancellationToken, Task> body, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(body);
        return ForEachAsync(new SynchronousSource<T>(source), Adapt(body), cancellationToken);
    }

    /// <inheritdoc cref="ForEachAsync{T}(IEnumerable{T}, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public Task ForEachAsync<T>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, ValueTask> body,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(body);
        return ForEachAsync(new AsynchronousSource<T>(source), body, cancellationToken);
    }

    /// <inheritdoc cref="ForEachAsync{T}(IEnumerable{T}, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public Task ForEachAsync<T>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, Task> body,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(body);
        return ForEachAsync(new AsynchronousSource<T>(source), Adapt(body), cancellationToken);
    }

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
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return MapAsync(new SynchronousSource<T>(source), selector, cancellationToken);
    }

    /// <inheritdoc
    /// cref="MapAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    public Task<TResult[]> MapAsync<T, TResult>(
        IEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return MapAsync(new SynchronousSource<T>(source), Adapt(selector), cancellationToken);
    }

    /// <inheritdoc
    /// cref="MapAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(3)]
    public Task<TResult[]> MapAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return MapAsync(new AsynchronousSource<T>(source), selector, cancellationToken);
    }

    /// <inheritdoc
    /// cref="MapAsync{T, TResult}(IEnumerable{T}, Func{T, CancellationToken, ValueTask{TResult}}, CancellationToken)"/>
    [OverloadResolutionPriority(2)]
    public Task<TResult[]> MapAsync<T, TResult>(
        IAsyncEnumerable<T> source,
        Func<T, CancellationToken, Task<TResult>> selector,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(selector);
        return MapAsync(new AsynchronousSource<T>(source), Adapt(selector), cancellationToken);
    }

    private static Func<T, CancellationToken, ValueTask> Adapt<T>(Func<T, CancellationToken, Task> body) =>
        (item, token) => new ValueTask(body(item, token));

    private static Func<T, CancellationToken, ValueTask<TResult>> Adapt<T, TResult>(
        Func<T, CancellationToken, Task<TResult>> selector) =>
        (item, token) => new ValueTask<TResult>(selector(item, token));

    private Task<bool> ForEachAsync<T>(
        SharedSource<T> source, Func<T, CancellationToken, ValueTask> body, CancellationToken cancellationToken) =>
        RunAsync(source, (item, _, token) => body(item, token), static () => true, cancellationToken);

    private Task<TResult[]> MapAsync<T, TResult>(
        SharedSource<T> source,
        Func<T, CancellationToken, ValueTask<TResult>> selector,
        CancellationToken cancellationToken)
    {
        var results = new ResultsInOrder<TResult>();
        return RunAsync(
            source,
            async (item, index, token) => results.Set(index, await selector(item, token).ConfigureAwait(false)),
            results.ToArray,
            cancellationToken);
    }

    private Task<TResult> RunAsync<T, TResult>(
        SharedSource<T> source,
        Func<T, int, CancellationToken, ValueTask> body,
        Func<TResult> result,
        CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled<TResult>(cancellationToken)
            : new BoundedRun<T, TResult>(source, body, result, this, _permits, cancellationToken).RunAsync();
}
