using System.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>How much may go on at a time: one number for all who share the object, which can be changed at any
/// moment.</summary>
/// <remarks>
/// <para><b>Shared.</b> Runners, queues, fetchers and single calls that were given the same limit stay below it
/// together. Permits are granted first come, first served; a run gives its permits up between two items when anyone
/// else waits, so a long run does not starve a short one.</para>
/// <para><b>Live.</b> A higher <see cref="Value"/> lets more work begin at once. A lower one interrupts nothing: work
/// that has begun goes on, and no new work begins until there is less of it than the limit. Zero pauses all.</para>
/// <para><b>Not re-entrant.</b> Work that runs under a limit must not wait for more permits of it: with every permit
/// held by such work, none could go on. While somebody listens to <see cref="Diagnostics.AsyncDiagnostics"/>, as in
/// tests, a runner that is called by its own body says so by an exception.</para>
/// <para>Others call such an object a capacity limiter (Trio) or a bulkhead. Nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: CurrentCount = {CurrentCount} of {Value}, Waiters = {WaiterCount}")]
public sealed class ConcurrencyLimit
{
    private readonly AsyncSemaphore _permits;

    // Guards the field below.
    private readonly Lock _sync = new();
    private Action? _onChange;

    /// <summary>Makes a limit.</summary>
    /// <param name="value">How much may go on at a time: zero or more; zero is a pause.</param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="value"/> is negative.</exception>
    public ConcurrencyLimit(int value, string? name = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        Name = name;
        _permits = new AsyncSemaphore(value, resource: this);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How much may go on at a time: zero or more. Setting it takes effect at once.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is set to a negative number.</exception>
    public int Value
    {
        get => _permits.Permits;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            _permits.Resize(value);
            _onChange?.Invoke();
        }
    }

    /// <summary>How much more could begin at this moment; zero while more goes on than a lowered limit
    /// allows.</summary>
    public int CurrentCount => _permits.CurrentCount;

    /// <summary>How many wait for a permit at this moment.</summary>
    public int WaiterCount => _permits.WaiterCount;

    /// <summary>Whether who holds a permit had better give it back between two pieces of work.</summary>
    internal bool IsContended => _permits.IsContended;

    /// <summary>Waits for a permit to do one thing.</summary>
    /// <remarks>First come, first served. A wait that throws has taken nothing.</remarks>
    /// <param name="cancellationToken">Ends the wait. It is asked first, also when a permit is free.</param>
    /// <returns>The permit: dispose it to give it back.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before it was granted.</exception>
    public ValueTask<AsyncSemaphore.Lease> AcquireAsync(CancellationToken cancellationToken = default) =>
        _permits.AcquireAsync(permits: 1, cancellationToken);

    /// <summary>Takes a permit if that is possible without waiting.</summary>
    /// <param name="lease">The permit; <c>default</c> when there was none.</param>
    /// <returns>Whether it was taken.</returns>
    public bool TryAcquire(out AsyncSemaphore.Lease lease) => _permits.TryAcquire(out lease);

    /// <summary>Names the limit, such as <c>ConcurrencyLimit "uploads"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(ConcurrencyLimit), Name);

    /// <summary>Calls a run when the value has changed, until it is detached.</summary>
    internal void Attach(Action onChange)
    {
        lock (_sync) _onChange += onChange;
    }

    internal void Detach(Action onChange)
    {
        lock (_sync) _onChange -= onChange;
    }

    /// <summary>Waits for a permit under a name of the caller's choice, while somebody listens.</summary>
    internal ValueTask<AsyncSemaphore.Lease> AcquireAsync(string waiter, CancellationToken cancellationToken) =>
        _permits.AcquireAsync(new WatchedWait(this, waiter), cancellationToken);
}
