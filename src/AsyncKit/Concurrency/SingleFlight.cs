using System.Diagnostics;
using System.Runtime.CompilerServices;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>Lets callers that want the same at the same time share one run of the work.</summary>
/// <remarks>
/// <para>The first caller of a key starts the work; those that come while it runs wait for it, and get the same value
/// or fault. Nothing is kept: when it has ended, the next caller starts it anew. So it protects what is behind a cache
/// from many callers that miss at once.</para>
/// <para><b>Cancellation.</b> The token of a caller takes away that caller. The work has a token of its own, which is
/// cancelled when the last of its callers has left; nobody joins work that was cancelled.</para>
/// <para><b>The work</b> runs on the thread pool without a <see cref="SynchronizationContext"/>, with the
/// <see cref="AsyncLocal{T}"/> values of the caller that started it. It may outlive that caller. Its fault goes to all
/// who wait; when nobody does, to <see cref="TaskScheduler.UnobservedTaskException"/>.</para>
/// <para>The term is that of Go's <c>singleflight</c>; others say request coalescing. Thread-safe.</para>
/// </remarks>
/// <typeparam name="TKey">The type of the keys.</typeparam>
/// <typeparam name="T">The type of the values.</typeparam>
[DebuggerDisplay("{ToString(),nq}: Count = {Count}")]
public sealed class SingleFlight<TKey, T>
    where TKey : notnull
{
    // Guards itself and the flights in it.
    private readonly Lock _sync = new();
    private readonly Dictionary<TKey, Flight<T>> _flights;

    /// <summary>Makes one.</summary>
    /// <param name="comparer">How keys are compared; by default as their type does.</param>
    /// <param name="name">Its name in reports.</param>
    public SingleFlight(IEqualityComparer<TKey>? comparer = null, string? name = null)
    {
        Name = name;
        _flights = new Dictionary<TKey, Flight<T>>(comparer);
    }

    /// <summary>Its name in reports, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many keys have work that runs, and can be joined, at this moment.</summary>
    public int Count
    {
        get
        {
            lock (_sync) return _flights.Count;
        }
    }

    /// <summary>Joins the work of a key, or starts it.</summary>
    /// <param name="key">What callers want in common.</param>
    /// <param name="work">The work, if it does not run yet; its token is cancelled when its last caller has
    /// left.</param>
    /// <param name="cancellationToken">Takes this caller away. Cancelled before the call, nothing is started.</param>
    /// <returns>The value of the work.</returns>
    /// <exception cref="ArgumentNullException">
    /// <paramref name="key"/> or <paramref name="work"/> is <see langword="null"/>.
    /// </exception>
    [OverloadResolutionPriority(1)]
    public Task<T> RunAsync(
        TKey key, Func<CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(work);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<T>(cancellationToken);
        var starting = new Flight<T>(new CancellationTokenSource());
        Flight<T> flight = Join(key, starting);
        if (flight == starting) flight.Start(work, () => Forget(key, flight));
        return WaitAsync(key, flight, cancellationToken);
    }

    /// <inheritdoc cref="RunAsync(TKey, Func{CancellationToken, ValueTask{T}}, CancellationToken)"/>
    public Task<T> RunAsync(
        TKey key, Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(work);
        return RunAsync(key, token => new ValueTask<T>(work(token)), cancellationToken);
    }

    /// <summary>Lets the next caller of a key start the work anew. Those who wait get what runs now.</summary>
    /// <remarks>For when what the work reads has changed.</remarks>
    /// <param name="key">The key.</param>
    /// <returns>Whether work of the key was running.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    public bool Forget(TKey key)
    {
        ArgumentNullException.ThrowIfNull(key);
        lock (_sync) return _flights.Remove(key);
    }

    /// <summary>Names it in reports, such as <c>SingleFlight "prices"</c>.</summary>
    /// <returns>The type with its name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(SingleFlight<,>), Name);

    // Work that is over, or that nobody waits for, is not joined: it may stand here still, when a comparer has failed.
    private Flight<T> Join(TKey key, Flight<T> starting)
    {
        lock (_sync)
        {
            if (!_flights.TryGetValue(key, out Flight<T>? flight) || !flight.CanBeJoined)
                _flights[key] = flight = starting;
            flight.Callers++;
            return flight;
        }
    }

    // Not an asynchronous method, whose task would be cancelled by any OperationCanceledException of the work.
    private Task<T> WaitAsync(TKey key, Flight<T> flight, CancellationToken cancellationToken)
    {
        Task<T> wait = flight.End.WaitAsync(cancellationToken);
        if (wait.IsCompleted) Leave();
        else wait.ConfigureAwait(false).GetAwaiter().UnsafeOnCompleted(Leave);
        return wait;

        void Leave()
        {
            // From here on the fault is the caller's, who has it in a task of its own.
            if (wait.IsFaulted) _ = flight.End.Exception;
            if (TryLeaveLast(key, flight)) _ = flight.CancelAsync();
        }
    }

    // Nobody joins it from then on.
    private bool TryLeaveLast(TKey key, Flight<T> flight)
    {
        lock (_sync)
        {
            if (--flight.Callers > 0 || flight.HasEnded) return false;
            try
            {
                ForgetUnderLock(key, flight);
            }
            catch (Exception)
            {
                // Of a comparer, which says so to whoever calls. Here is nobody who has called.
            }

            return true;
        }
    }

    // The work has ended: before anyone hears of it, so that who calls after that starts anew.
    private void Forget(TKey key, Flight<T> flight)
    {
        lock (_sync)
        {
            flight.HasEnded = true;
            ForgetUnderLock(key, flight);
        }
    }

    private void ForgetUnderLock(TKey key, Flight<T> flight)
    {
        if (_flights.GetValueOrDefault(key) == flight) _flights.Remove(key);
    }
}
