using System.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>Runs calls that block on threads of its own, so that the thread pool, on which everything asynchronous goes
/// on, never runs short of threads.</summary>
/// <remarks>
/// <para><b>Threads</b> are made when they are needed, up to <see cref="MaxThreads"/>, which can be changed at any
/// moment, and go when there was nothing to do for a while. They are background threads. Calls beyond the limit wait,
/// first come, first served.</para>
/// <para><b>Cancellation.</b> A call that waits for its thread is not started. One that runs gets the token, and is
/// waited for: what the caller is told is what has happened. <see cref="RunOrAbandonAsync{T}"/> leaves it instead; its
/// thread counts until it comes back.</para>
/// <para><b>Context.</b> The <see cref="AsyncLocal{T}"/> values of the caller are those of the call; what the call
/// changes is seen by nobody after it. It has no <see cref="SynchronizationContext"/>. What awaits the call goes on in
/// its own context or on the pool, never on a thread of the runner.</para>
/// <para><b>The end.</b> Disposing takes no more calls and waits for those it has, but not for abandoned ones; it never
/// throws. The term elsewhere is a thread-pool executor. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: Running = {RunningCount} of {MaxThreads}, Waiting = {WaitingCount}")]
public sealed class BlockingRunner : IAsyncDisposable
{
    private readonly BlockingRunnerOptions _options;
    private readonly BlockingCrew _crew;

    /// <summary>Makes a runner. It has no thread before the first call.</summary>
    /// <param name="maxThreads">How many calls run at a time, each on a thread of its own: at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxThreads"/> is less than 1.</exception>
    public BlockingRunner(int maxThreads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxThreads, 1);
        _options = new BlockingRunnerOptions { MaxThreads = maxThreads };
        _crew = new BlockingCrew(this, _options);
    }

    /// <summary>Makes a runner. It has no thread before the first call.</summary>
    /// <param name="options">How it runs; the defaults when <see langword="null"/>.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public BlockingRunner(BlockingRunnerOptions? options = null)
    {
        options?.ThrowIfInvalid(nameof(options));
        _options = options ?? new BlockingRunnerOptions();
        _crew = new BlockingCrew(this, _options);
    }

    /// <summary>Its name in reports, and of its threads, if it was given one.</summary>
    public string? Name => _options.Name;

    /// <summary>How many calls run at a time: at least 1. A higher number lets calls that wait begin at once; a lower
    /// one interrupts nothing.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to less than 1.</exception>
    public int MaxThreads
    {
        get => _crew.MaxThreads;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            _crew.MaxThreads = value;
        }
    }

    /// <summary>How many calls run at this moment, those that were abandoned among them.</summary>
    public int RunningCount => _crew.RunningCount;

    /// <summary>How many calls wait for a thread at this moment.</summary>
    public int WaitingCount => _crew.WaitingCount;

    /// <summary>How many threads it has at this moment, idle ones among them.</summary>
    public int ThreadCount => _crew.ThreadCount;

    /// <summary>Runs a call on a thread of the runner, and waits for it also when it is cancelled.</summary>
    /// <param name="work">The call, which blocks. It gets the token of the caller.</param>
    /// <param name="cancellationToken">Cancelled before the call is started, it is not started.</param>
    /// <returns>A task that ends as the call does.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is <see langword="null"/>.</exception>
    /// <exception cref="ObjectDisposedException">The runner was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, and the call was not started or ended by
    /// it.</exception>
    public Task RunAsync(Action<CancellationToken> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return StartAsync(Giving(work), mayBeAbandoned: false, cancellationToken);
    }

    /// <summary>Runs a call that gives a value on a thread of the runner, and waits for it also when it is
    /// cancelled.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value, also when the token was cancelled meanwhile.</returns>
    /// <exception cref="ArgumentException">The call gives a task: that does not block, and is to be awaited.
    /// </exception>
    /// <inheritdoc cref="RunAsync(Action{CancellationToken}, CancellationToken)"/>
    public Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(work);
        return StartAsync(work, mayBeAbandoned: false, cancellationToken);
    }

    /// <summary>Runs a call on a thread of the runner, and leaves it there when it is cancelled.</summary>
    /// <remarks>For calls that no token ends, such as a lookup in a driver that hangs. The thread counts as one of
    /// <see cref="MaxThreads"/> until the call comes back; its fault then goes to
    /// <see cref="BlockingRunnerOptions.OnLateFault"/>.</remarks>
    /// <inheritdoc cref="RunAsync(Action{CancellationToken}, CancellationToken)"/>
    public Task RunOrAbandonAsync(Action<CancellationToken> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return StartAsync(Giving(work), mayBeAbandoned: true, cancellationToken);
    }

    /// <summary>Runs a call that gives a value on a thread of the runner, and leaves it there when it is
    /// cancelled.</summary>
    /// <remarks>The thread counts as one of <see cref="MaxThreads"/> until the call comes back. Its value is then
    /// dropped, and its fault goes to <see cref="BlockingRunnerOptions.OnLateFault"/>.</remarks>
    /// <returns>The value.</returns>
    /// <inheritdoc cref="RunAsync{T}(Func{CancellationToken, T}, CancellationToken)"/>
    public Task<T> RunOrAbandonAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken = default)
    {
        ThrowIfUnfit(work);
        return StartAsync(work, mayBeAbandoned: true, cancellationToken);
    }

    /// <summary>Takes no more calls, and waits for those it has, but not for abandoned ones. Never throws.</summary>
    /// <returns>A task that completes when they have ended. Its threads have then gone, or go.</returns>
    public ValueTask DisposeAsync() => new(_crew.CloseAsync());

    /// <summary>Names it in reports, such as <c>BlockingRunner "database"</c>.</summary>
    /// <returns>The type with its name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(BlockingRunner), Name);

    private static Func<CancellationToken, bool> Giving(Action<CancellationToken> work) => token =>
    {
        work(token);
        return true;
    };

    private static void ThrowIfUnfit<T>(Func<CancellationToken, T> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        bool isTask = typeof(T).IsAssignableTo(typeof(Task))
            || typeof(T) == typeof(ValueTask)
            || (typeof(T).IsGenericType && typeof(T).GetGenericTypeDefinition() == typeof(ValueTask<>));
        if (!isTask) return;
        throw new ArgumentException(
            $"work must be a call that blocks, but gives a {typeof(T).Name}: await that instead.", nameof(work));
    }

    private Task<T> StartAsync<T>(
        Func<CancellationToken, T> work, bool mayBeAbandoned, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var call = new BlockingCall<T>(_crew, work, mayBeAbandoned, _options.OnLateFault, cancellationToken);
        return _crew.TryStart(call) ? call.End : throw new ObjectDisposedException(ToString());
    }
}
