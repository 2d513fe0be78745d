using System.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A lock for code that awaits: many share it to read, one has it alone to write.</summary>
/// <remarks>
/// <para><b>Order.</b> First come, first served, in one queue. Who comes while somebody waits stands behind, also a
/// reader that would fit: so writers are not starved. Readers that stand at the front together go together.</para>
/// <para><b>Upgradeable.</b> One reader at a time may be upgradeable. It reads beside the others, and may become the
/// writer without letting go: see <see cref="UpgradeableLease"/>. As only that one can be upgraded, no two wait for
/// each other to stop reading. One that waits for another upgradeable reader is not overtaken by readers.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the lock is free. A wait that throws has not taken
/// the lock; those who stood behind it go on if they can. When grant and cancellation meet, one of them wins.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Not re-entrant.</b> A holder that waits for the lock again may wait for itself: a reader too, when a writer
/// has come in between.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that releases; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside a release.</para>
/// <para>Waits and leases use their memory again. A wait is awaited once. There is nothing to dispose. Thread-safe.
/// </para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: Readers = {ReaderCount}, IsWriterHeld = {IsWriterHeld}, Waiters = {WaiterCount}")]
public sealed class AsyncReaderWriterLock
{
    private readonly ReaderWriterQueue _queue;

    /// <summary>Makes a lock that nobody holds.</summary>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    public AsyncReaderWriterLock(string? name = null, TimeProvider? timeProvider = null)
    {
        Name = name;
        _queue = new ReaderWriterQueue(this, timeProvider);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many read at this moment, without the upgradeable reader.</summary>
    public int ReaderCount => _queue.ReaderCount;

    /// <summary>Whether somebody writes at this moment: a writer, or an upgraded reader.</summary>
    public bool IsWriterHeld => _queue.IsWriterHeld;

    /// <summary>Whether there is an upgradeable reader at this moment, upgraded or not.</summary>
    public bool IsUpgradeableHeld => _queue.IsUpgradeableHeld;

    /// <summary>How many wait at this moment, for an upgrade too.</summary>
    public int WaiterCount => _queue.WaiterCount;

    /// <summary>Waits for the lock to read.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<ReaderLease> ReaderLockAsync(CancellationToken cancellationToken = default) =>
        ReadAsync(WaitLimits.Only(cancellationToken));

    /// <summary>Waits for the lock to read, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the lock was granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<ReaderLease> ReaderLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ReadAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Tries to take the lock to read, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold, or one whose <see cref="ReaderLease.IsAcquired"/> is <see langword="false"/> when the time passed
    /// first.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<ReaderLease> TryReaderLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ReadAsync(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has the lock to read.</summary>
    /// <inheritdoc cref="ReaderLockAsync(CancellationToken)"/>
    public ReaderLease ReaderLock(CancellationToken cancellationToken = default) =>
        Read(WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until it has the lock to read, for a limited time.</summary>
    /// <inheritdoc cref="ReaderLockAsync(TimeSpan, CancellationToken)"/>
    public ReaderLease ReaderLock(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Read(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Takes the lock to read, if that is possible without waiting.</summary>
    /// <param name="lease">The hold; <c>default</c> when the lock was not to be had.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryReaderLock(out ReaderLease lease) => TryReaderLock(TimeSpan.Zero, out lease);

    /// <summary>Blocks the thread until it has the lock to read, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The hold; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public bool TryReaderLock(TimeSpan timeout, out ReaderLease lease, CancellationToken cancellationToken = default)
    {
        lease = Read(WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Waits for the lock to write.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<WriterLease> WriterLockAsync(CancellationToken cancellationToken = default) =>
        WriteAsync(WaitLimits.Only(cancellationToken));

    /// <summary>Waits for the lock to write, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the lock was granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<WriterLease> WriterLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WriteAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Tries to take the lock to write, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold, or one whose <see cref="WriterLease.IsAcquired"/> is <see langword="false"/> when the time passed
    /// first.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<WriterLease> TryWriterLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        WriteAsync(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has the lock to write.</summary>
    /// <inheritdoc cref="WriterLockAsync(CancellationToken)"/>
    public WriterLease WriterLock(CancellationToken cancellationToken = default) =>
        Write(WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until it has the lock to write, for a limited time.</summary>
    /// <inheritdoc cref="WriterLockAsync(TimeSpan, CancellationToken)"/>
    public WriterLease WriterLock(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Write(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Takes the lock to write, if that is possible without waiting.</summary>
    /// <param name="lease">The hold; <c>default</c> when the lock was not to be had.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryWriterLock(out WriterLease lease) => TryWriterLock(TimeSpan.Zero, out lease);

    /// <summary>Blocks the thread until it has the lock to write, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The hold; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public bool TryWriterLock(TimeSpan timeout, out WriterLease lease, CancellationToken cancellationToken = default)
    {
        lease = Write(WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Waits for the lock to read, upgradeable.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<UpgradeableLease> UpgradeableReaderLockAsync(CancellationToken cancellationToken = default) =>
        ReadUpgradeableAsync(WaitLimits.Only(cancellationToken));

    /// <summary>Waits for the lock to read, upgradeable, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the lock was granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<UpgradeableLease> UpgradeableReaderLockAsync(
        TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ReadUpgradeableAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Tries to take the lock to read, upgradeable, for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold, or one whose <see cref="UpgradeableLease.IsAcquired"/> is <see langword="false"/> when the time passed
    /// first.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<UpgradeableLease> TryUpgradeableReaderLockAsync(
        TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ReadUpgradeableAsync(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has the lock to read, upgradeable.</summary>
    /// <inheritdoc cref="UpgradeableReaderLockAsync(CancellationToken)"/>
    public UpgradeableLease UpgradeableReaderLock(CancellationToken cancellationToken = default) =>
        ReadUpgradeable(WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until it has the lock to read, upgradeable, for a limited time.</summary>
    /// <inheritdoc cref="UpgradeableReaderLockAsync(TimeSpan, CancellationToken)"/>
    public UpgradeableLease UpgradeableReaderLock(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        ReadUpgradeable(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Takes the lock to read, upgradeable, if that is possible without waiting.</summary>
    /// <param name="lease">The hold; <c>default</c> when the lock was not to be had.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryUpgradeableReaderLock(out UpgradeableLease lease) =>
        TryUpgradeableReaderLock(TimeSpan.Zero, out lease);

    /// <summary>Blocks the thread until it has the lock to read, upgradeable, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The hold; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public bool TryUpgradeableReaderLock(
        TimeSpan timeout, out UpgradeableLease lease, CancellationToken cancellationToken = default)
    {
        lease = ReadUpgradeable(WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Names the lock in reports, such as <c>AsyncReaderWriterLock "prices"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncReaderWriterLock), Name);

    private ValueTask<ReaderLease> ReadAsync(in WaitLimits limits) =>
        _queue.TryTakeAtOnce(ReaderWriterAccess.Read, limits.Token, out ReaderWriterHold held)
            ? new ValueTask<ReaderLease>(new ReaderLease(held))
            : _queue.WaitAsync<ReaderLease>(ReaderWriterAccess.Read, upgradeable: default, limits);

    private ReaderLease Read(in WaitLimits limits) =>
        _queue.TryTakeAtOnce(ReaderWriterAccess.Read, limits.Token, out ReaderWriterHold held)
            ? new ReaderLease(held)
            : new ReaderLease(_queue.Wait(ReaderWriterAccess.Read, upgradeable: default, limits));

    private ValueTask<WriterLease> WriteAsync(in WaitLimits limits) =>
        _queue.TryTakeAtOnce(ReaderWriterAccess.Write, limits.Token, out ReaderWriterHold held)
            ? new ValueTask<WriterLease>(new WriterLease(held))
            : _queue.WaitAsync<WriterLease>(ReaderWriterAccess.Write, upgradeable: default, limits);

    private WriterLease Write(in WaitLimits limits) =>
        _queue.TryTakeAtOnce(ReaderWriterAccess.Write, limits.Token, out ReaderWriterHold held)
            ? new WriterLease(held)
            : new WriterLease(_queue.Wait(ReaderWriterAccess.Write, upgradeable: default, limits));

    private ValueTask<UpgradeableLease> ReadUpgradeableAsync(in WaitLimits limits) =>
        _queue.TryTakeAtOnce(ReaderWriterAccess.UpgradeableRead, limits.Token, out ReaderWriterHold held)
            ? new ValueTask<UpgradeableLease>(new UpgradeableLease(held))
            : _queue.WaitAsync<UpgradeableLease>(ReaderWriterAccess.UpgradeableRead, upgradeable: default, limits);

    private UpgradeableLease ReadUpgradeable(in WaitLimits limits) =>
        _queue.TryTakeAtOnce(ReaderWriterAccess.UpgradeableRead, limits.Token, out ReaderWriterHold held)
            ? new UpgradeableLease(held)
            : new UpgradeableLease(_queue.Wait(ReaderWriterAccess.UpgradeableRead, upgradeable: default, limits));

    /// <summary>A hold to read. Disposing it releases it, once: after that it does nothing.</summary>
    /// <remarks>A copy is the same hold; <c>default</c> is none.</remarks>
    public readonly struct ReaderLease : IDisposable
    {
        private readonly ReaderWriterHold _held;

        internal ReaderLease(in ReaderWriterHold held) => _held = held;

        /// <summary>Whether the lock was granted; of a wait that only tries, it may not have been.</summary>
        public bool IsAcquired => _held.Hold is not null;

        /// <summary>Releases the hold, if that has not been done yet. Never throws.</summary>
        public void Dispose() => _held.Queue?.EndHold(_held, ReaderWriterAccess.Read);
    }

    /// <summary>A hold to write. Disposing it releases it, once: after that it does nothing.</summary>
    /// <remarks>
    /// One that came from an upgrade goes back to its upgradeable lease; or, when that was released first, to nobody.
    /// A copy is the same hold; <c>default</c> is none.
    /// </remarks>
    public readonly struct WriterLease : IDisposable
    {
        private readonly ReaderWriterHold _held;

        internal WriterLease(in ReaderWriterHold held) => _held = held;

        /// <summary>Whether the lock was granted; of a wait that only tries, it may not have been.</summary>
        public bool IsAcquired => _held.Hold is not null;

        /// <summary>Releases the hold, if that has not been done yet. Never throws.</summary>
        public void Dispose() => _held.Queue?.EndHold(_held, ReaderWriterAccess.Write);

        /// <summary>Becomes a reader; no writer comes in between. Readers at the front of the queue join it.</summary>
        /// <remarks>This lease is used up: disposing it does nothing from now on.</remarks>
        /// <returns>The hold to read: dispose it to release the lock.</returns>
        /// <exception cref="InvalidOperationException">
        /// It came from an upgrade whose upgradeable lease is held: dispose it, and it reads under that one.
        /// </exception>
        /// <exception cref="SynchronizationLockException">It was released, or is none.</exception>
        public ReaderLease Downgrade() => _held.Queue is { } queue
            ? new ReaderLease(queue.Downgrade(_held, ReaderWriterAccess.Write))
            : throw ReaderWriterQueue.IsReleased();
    }

    /// <summary>A hold to read, which may become one to write. Disposing it releases it, once.</summary>
    /// <remarks>
    /// <para><b>An upgrade</b> waits until all other readers have left. It passes writers in the queue, for this reader
    /// is in their way, and lets no reader in while it waits. Disposing the <see cref="WriterLease"/> goes back to
    /// reading. There is one upgrade at a time.</para>
    /// <para><b>An upgrade that is cancelled</b>, or whose time passes, leaves this hold as it was, and lets those
    /// readers in that it held back.</para>
    /// <para><b>Disposed early.</b> While an upgrade is held, its part stays until it is disposed itself; then all is
    /// free. A wait for an upgrade fails with a <see cref="SynchronizationLockException"/>.</para>
    /// <para>A copy is the same hold; <c>default</c> is none.</para>
    /// </remarks>
    public readonly struct UpgradeableLease : IDisposable
    {
        private readonly ReaderWriterHold _held;

        internal UpgradeableLease(in ReaderWriterHold held) => _held = held;

        /// <summary>Whether the lock was granted; of a wait that only tries, it may not have been.</summary>
        public bool IsAcquired => _held.Hold is not null;

        /// <summary>Waits until no other reader is left, to write.</summary>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>The hold to write: dispose it to go back to reading.</returns>
        /// <exception cref="InvalidOperationException">An upgrade of it waits or is held already.</exception>
        /// <exception cref="SynchronizationLockException">It was released, or is none.</exception>
        /// <exception cref="OperationCanceledException">The token was cancelled before the upgrade was granted.
        /// </exception>
        public ValueTask<WriterLease> UpgradeAsync(CancellationToken cancellationToken = default) =>
            UpgradeAsync(WaitLimits.Only(cancellationToken));

        /// <summary>Waits until no other reader is left, to write, for a limited time.</summary>
        /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>The hold to write: dispose it to go back to reading.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too
        /// long.</exception>
        /// <exception cref="InvalidOperationException">An upgrade of it waits or is held already.</exception>
        /// <exception cref="SynchronizationLockException">It was released, or is none.</exception>
        /// <exception cref="TimeoutException">The time passed before the upgrade was granted.</exception>
        /// <exception cref="OperationCanceledException">The token was cancelled before the upgrade was granted.
        /// </exception>
        public ValueTask<WriterLease> UpgradeAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
            UpgradeAsync(WaitLimits.Throwing(timeout, cancellationToken));

        /// <summary>Tries for a limited time to be the only reader left, to write.</summary>
        /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>
        /// The hold to write, or one whose <see cref="WriterLease.IsAcquired"/> is <see langword="false"/> when the
        /// time passed first.
        /// </returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too
        /// long.</exception>
        /// <exception cref="InvalidOperationException">An upgrade of it waits or is held already.</exception>
        /// <exception cref="SynchronizationLockException">It was released, or is none.</exception>
        /// <exception cref="OperationCanceledException">The token was cancelled before the upgrade was granted.
        /// </exception>
        public ValueTask<WriterLease> TryUpgradeAsync(
            TimeSpan timeout, CancellationToken cancellationToken = default) =>
            UpgradeAsync(WaitLimits.Trying(timeout, cancellationToken));

        /// <summary>Blocks the thread until no other reader is left, to write.</summary>
        /// <inheritdoc cref="UpgradeAsync(CancellationToken)"/>
        public WriterLease Upgrade(CancellationToken cancellationToken = default) =>
            Upgrade(WaitLimits.Only(cancellationToken));

        /// <summary>Blocks the thread until no other reader is left, to write, for a limited time.</summary>
        /// <inheritdoc cref="UpgradeAsync(TimeSpan, CancellationToken)"/>
        public WriterLease Upgrade(TimeSpan timeout, CancellationToken cancellationToken = default) =>
            Upgrade(WaitLimits.Throwing(timeout, cancellationToken));

        /// <summary>Blocks the thread until no other reader is left, to write, or the time has passed.</summary>
        /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
        /// <param name="lease">The hold to write; <c>default</c> when the time passed first.</param>
        /// <param name="cancellationToken">Ends the wait.</param>
        /// <returns>Whether the upgrade was granted.</returns>
        /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too
        /// long.</exception>
        /// <exception cref="InvalidOperationException">An upgrade of it waits or is held already.</exception>
        /// <exception cref="SynchronizationLockException">It was released, or is none.</exception>
        /// <exception cref="OperationCanceledException">The token was cancelled before the upgrade was granted.
        /// </exception>
        public bool TryUpgrade(TimeSpan timeout, out WriterLease lease, CancellationToken cancellationToken = default)
        {
            lease = Upgrade(WaitLimits.Trying(timeout, cancellationToken));
            return lease.IsAcquired;
        }

        /// <summary>Becomes a plain reader, so that another one may become upgradeable.</summary>
        /// <remarks>This lease is used up: disposing it does nothing from now on.</remarks>
        /// <returns>The hold to read: dispose it to release the lock.</returns>
        /// <exception cref="InvalidOperationException">An upgrade of it waits or is held.</exception>
        /// <exception cref="SynchronizationLockException">It was released, or is none.</exception>
        public ReaderLease Downgrade() => _held.Queue is { } queue
            ? new ReaderLease(queue.Downgrade(_held, ReaderWriterAccess.UpgradeableRead))
            : throw ReaderWriterQueue.IsReleased();

        /// <summary>Releases the hold, if that has not been done yet. Never throws.</summary>
        public void Dispose() => _held.Queue?.EndUpgradeable(_held);

        private ValueTask<WriterLease> UpgradeAsync(in WaitLimits limits) =>
            _held.Queue is { } queue
                ? queue.WaitAsync<WriterLease>(ReaderWriterAccess.Upgrade, _held, limits)
                : limits.Token.IsCancellationRequested ? ValueTask.FromCanceled<WriterLease>(limits.Token)
                : ValueTask.FromException<WriterLease>(ReaderWriterQueue.IsReleased());

        private WriterLease Upgrade(in WaitLimits limits)
        {
            limits.Token.ThrowIfCancellationRequested();
            return _held.Queue is { } queue
                ? new WriterLease(queue.Wait(ReaderWriterAccess.Upgrade, _held, limits))
                : throw ReaderWriterQueue.IsReleased();
        }
    }
}
