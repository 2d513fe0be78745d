using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A lock for each key: one holder of a key at a time, while others hold other keys.</summary>
/// <remarks>
/// <para><b>Order.</b> First come, first served, for each key. A newcomer never overtakes a waiter: a release hands the
/// key to the first of them.</para>
/// <para><b>Keys</b> need not be known before, nor removed: a key takes memory as long as it is held or waited for. The
/// comparer must not change its mind about a key in use, but may otherwise do what it likes, even use this lock. What
/// it throws comes out of the call, or of its task, and nothing has been taken.</para>
/// <para><b>Several keys at once</b> are taken by <see cref="LockManyAsync(IEnumerable{TKey}, CancellationToken)"/>, in
/// an order that all of its callers have in common: they never wait for each other in a circle.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the key is free. A wait that throws has not taken the
/// key. When grant and cancellation meet, one of them wins: a wait that was granted gives its lease, even if the token
/// is cancelled by then.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Not re-entrant.</b> A holder that waits for its key again waits for itself.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits for a key stand in one queue. A blocked thread is woken by
/// the one that releases; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its
/// context, never inside a release.</para>
/// <para><b>Cost.</b> To take a key and to release it takes no memory of its own: what one key needed is used again for
/// the next, and so are waits. A wait is awaited once, as any <see cref="ValueTask"/>. There is nothing to dispose.
/// Thread-safe.</para>
/// </remarks>
/// <typeparam name="TKey">What tells the locks apart.</typeparam>
[DebuggerDisplay("{ToString(),nq}: Count = {Count}, Waiters = {WaiterCount}")]
public sealed class KeyedLock<TKey>
    where TKey : notnull
{
    // A thread meets another one in a shard in one of four cases at most, if all processors are at it.
    private const int ShardsForEachProcessor = 4;
    private const int FewestShards = 8;
    private const int MostShards = 256;

    private readonly KeyComparer<TKey> _comparer;
    private readonly KeyShard<TKey>[] _shards;
    private readonly int _shardShift;

    /// <summary>Makes a lock of which nobody holds a key.</summary>
    /// <param name="comparer">
    /// Says which keys are the same; by default <see cref="EqualityComparer{T}.Default"/>.
    /// </param>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    public KeyedLock(IEqualityComparer<TKey>? comparer = null, string? name = null, TimeProvider? timeProvider = null)
    {
        Name = name;
        TimeProvider = timeProvider ?? TimeProvider.System;
        _comparer = new KeyComparer<TKey>(comparer);
        int wanted = Math.Clamp(Environment.ProcessorCount * ShardsForEachProcessor, FewestShards, MostShards);
        int bits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)wanted));
        _shardShift = 32 - bits;
        _shards = new KeyShard<TKey>[1 << bits];
        for (var i = 0; i < _shards.Length; i++)
            _shards[i] = new KeyShard<TKey>(this, i, bits, _comparer, TimeProvider);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>How many keys are in use at this moment: held, waited for, or about to be.</summary>
    public int Count => _shards.Sum(static shard => shard.Count);

    /// <summary>How many wait at this moment, for any key.</summary>
    public int WaiterCount => _shards.Sum(static shard => shard.WaiterCount);

    internal TimeProvider TimeProvider { get; }

    /// <summary>Whether somebody holds a key at this moment.</summary>
    /// <param name="key">The key.</param>
    /// <returns>Whether it is held.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    public bool IsHeld(TKey key)
    {
        ThrowIfNull(key);
        KeyShard<TKey> shard = ShardOf(key, out uint hash);
        shard.TryAdd(key, hash, KeyUse.None, out KeyEntry<TKey>? entry, out long number);
        return entry is not null && shard.IsHeld(entry, number);
    }

    /// <summary>Waits for a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the key.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the key was granted.</exception>
    public ValueTask<Lease> LockAsync(TKey key, CancellationToken cancellationToken = default)
    {
        ThrowIfNull(key);
        if (WatchedWait.IsWanted || cancellationToken.IsCancellationRequested)
            return LockAsync(key, WaitLimits.Only(cancellationToken));
        KeyShard<TKey> shard = ShardOf(key, out uint hash);
        return shard.TryAdd(key, hash, KeyUse.Hold, out KeyEntry<TKey>? entry, out long number)
            ? new ValueTask<Lease>(new Lease(entry!, entry!.Hold))
            : WaitAsync(shard, key, hash, entry!, number, WaitLimits.Only(cancellationToken));
    }

    /// <summary>Waits for a key for a limited time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the key.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the key was granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the key was granted.</exception>
    public ValueTask<Lease> LockAsync(TKey key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowIfNull(key);
        return LockAsync(key, WaitLimits.Throwing(timeout, cancellationToken));
    }

    /// <summary>Tries to take a key for a limited time.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold, or one whose <see cref="Lease.IsAcquired"/> is <see langword="false"/> when the time passed first.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the key was granted.</exception>
    public ValueTask<Lease> TryLockAsync(TKey key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowIfNull(key);
        return LockAsync(key, WaitLimits.Trying(timeout, cancellationToken));
    }

    /// <summary>Takes a key if that is possible without waiting.</summary>
    /// <param name="key">The key.</param>
    /// <param name="lease">The hold; <c>default</c> when the key was not to be had.</param>
    /// <returns>Whether the key was taken.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    public bool TryLock(TKey key, out Lease lease) => TryLock(key, TimeSpan.Zero, out lease);

    /// <summary>Blocks the thread until it has a key.</summary>
    /// <inheritdoc cref="LockAsync(TKey, CancellationToken)"/>
    public Lease Lock(TKey key, CancellationToken cancellationToken = default)
    {
        ThrowIfNull(key);
        return Lock(key, WaitLimits.Only(cancellationToken));
    }

    /// <summary>Blocks the thread until it has a key, for a limited time.</summary>
    /// <inheritdoc cref="LockAsync(TKey, TimeSpan, CancellationToken)"/>
    public Lease Lock(TKey key, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ThrowIfNull(key);
        return Lock(key, WaitLimits.Throwing(timeout, cancellationToken));
    }

    /// <summary>Blocks the thread until it has a key, or the time has passed.</summary>
    /// <param name="key">The key.</param>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The hold; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the key was taken.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="key"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the key was granted.</exception>
    public bool TryLock(
        TKey key, TimeSpan timeout, out Lease lease, CancellationToken cancellationToken = default)
    {
        ThrowIfNull(key);
        lease = Lock(key, WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Waits until it has all of several keys.</summary>
    /// <remarks>
    /// <para>The keys are enumerated once, in the call. One that is named twice is taken once; no keys at all give a
    /// hold of nothing, at once.</para>
    /// <para>They are taken one after the other, in an order of the lock's own, and those taken are held while it waits
    /// for the next. Who holds a key already and asks for more may wait in a circle: name all keys in one call.</para>
    /// </remarks>
    /// <param name="keys">The keys, in any order.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold of all keys: dispose it to release them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keys"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="keys"/> contains <see langword="null"/>.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled before all keys were granted; none is held.
    /// </exception>
    public ValueTask<Lease> LockManyAsync(IEnumerable<TKey> keys, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return LockManyAsync(keys, WaitLimits.Only(cancellationToken));
    }

    /// <summary>Waits until it has all of several keys, for a limited time.</summary>
    /// <remarks>As <see cref="LockManyAsync(IEnumerable{TKey}, CancellationToken)"/>.</remarks>
    /// <param name="keys">The keys, in any order.</param>
    /// <param name="timeout">
    /// The limit for all together: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold of all keys: dispose it to release them.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="keys"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="keys"/> contains <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before all keys were granted; none is held.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled before all keys were granted; none is held.
    /// </exception>
    public ValueTask<Lease> LockManyAsync(
        IEnumerable<TKey> keys, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return LockManyAsync(keys, WaitLimits.Throwing(timeout, cancellationToken));
    }

    /// <summary>Tries to take all of several keys for a limited time.</summary>
    /// <remarks>As <see cref="LockManyAsync(IEnumerable{TKey}, CancellationToken)"/>.</remarks>
    /// <param name="keys">The keys, in any order.</param>
    /// <param name="timeout">
    /// The limit for all together: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold of all keys, or one whose <see cref="Lease.IsAcquired"/> is <see langword="false"/> when the time
    /// passed first; then none is held.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="keys"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="keys"/> contains <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">
    /// The token was cancelled before all keys were granted; none is held.
    /// </exception>
    public ValueTask<Lease> TryLockManyAsync(
        IEnumerable<TKey> keys, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return LockManyAsync(keys, WaitLimits.Trying(timeout, cancellationToken));
    }

    /// <summary>Names the lock in reports, such as <c>KeyedLock "orders"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(KeyedLock<>), Name);

    /// <summary>Pins the entry of a key, so that it stays until it is held.</summary>
    internal KeyEntry<TKey> Pin(TKey key)
    {
        KeyShard<TKey> shard = ShardOf(key, out uint hash);
        while (true)
        {
            if (shard.TryAdd(key, hash, KeyUse.Pin, out KeyEntry<TKey>? entry, out long number)
                || shard.TryPin(entry!, number))
            {
                return entry!;
            }
        }
    }

    /// <summary>Waits for the key of a pinned entry.</summary>
    internal static ValueTask<Lease> LockPinnedAsync(KeyEntry<TKey> entry, in WaitLimits limits) =>
        WatchedWait.IsWanted
            ? WatchedLockAsync(entry.Shard, entry.Key, entry.Hash, limits)
            : WaitAsync(entry.Shard, entry.Key, entry.Hash, entry, entry.Number, limits);

    internal void EndHold(KeyEntry<TKey> entry, long hold)
    {
        KeyEntry<TKey>? held = entry;
        while (held is not null)
        {
            if (WatchedWait.IsWanted)
            {
                AsyncDiagnostics.SchedulingPoint(this, "release the key");
                held.ReportRelease(hold);
            }

            (KeyEntry<TKey>? Entry, long Hold) also = held.Shard.EndHold(held, hold);
            held = also.Entry;
            hold = also.Hold;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void ThrowIfNull(TKey key)
    {
        // Asked in this order, no value is boxed, not even where nothing is optimised.
        if (!typeof(TKey).IsValueType && key is null) throw new ArgumentNullException(nameof(key));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private KeyShard<TKey> ShardOf(TKey key, out uint hash)
    {
        hash = _comparer.HashOf(key);
        return _shards[hash >> _shardShift];
    }

    private ValueTask<Lease> LockAsync(TKey key, in WaitLimits limits)
    {
        if (limits.Token.IsCancellationRequested) return ValueTask.FromCanceled<Lease>(limits.Token);
        KeyShard<TKey> shard = ShardOf(key, out uint hash);
        return WatchedWait.IsWanted
            ? WatchedLockAsync(shard, key, hash, limits)
            : LockAsync(shard, key, hash, limits);
    }

    private static ValueTask<Lease> WatchedLockAsync(
        KeyShard<TKey> shard, TKey key, uint hash, WaitLimits limits) =>
        WatchedWait.BeginAsync(shard.Owner, "take the key", () => LockAsync(shard, key, hash, limits));

    private static ValueTask<Lease> LockAsync(KeyShard<TKey> shard, TKey key, uint hash, in WaitLimits limits)
    {
        // Asked again: listeners may have held the call up.
        if (limits.Token.IsCancellationRequested) return ValueTask.FromCanceled<Lease>(limits.Token);
        return shard.TryAdd(key, hash, KeyUse.Hold, out KeyEntry<TKey>? entry, out long number)
            ? new ValueTask<Lease>(NewLease(entry!, number, key))
            : WaitAsync(shard, key, hash, entry!, number, limits);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ValueTask<Lease> WaitAsync(
        KeyShard<TKey> shard, TKey key, uint hash, KeyEntry<TKey> entry, long number, in WaitLimits limits)
    {
        KeyEntry<TKey>? found = entry;
        while (true)
        {
            if (TryWait(found!, number, key, limits, isBlocking: false) is { } waiter)
                return new ValueTask<Lease>(waiter, waiter.Version);

            // Released meanwhile, by the last who needed it.
            if (shard.TryAdd(key, hash, KeyUse.Hold, out found, out number))
                return new ValueTask<Lease>(NewLease(found!, number, key));
        }
    }

    private Lease Lock(TKey key, in WaitLimits limits)
    {
        limits.Token.ThrowIfCancellationRequested();
        KeyShard<TKey> shard = ShardOf(key, out uint hash);
        if (WatchedWait.IsWanted)
        {
            AsyncDiagnostics.SchedulingPoint(this, "take the key");
            limits.Token.ThrowIfCancellationRequested();
        }

        while (true)
        {
            if (shard.TryAdd(key, hash, KeyUse.Hold, out KeyEntry<TKey>? entry, out long number))
                return NewLease(entry!, number, key);
            if (TryWait(entry!, number, key, limits, isBlocking: true) is not { } waiter) continue;
            waiter.Block();
            return waiter.GetResult(waiter.Version);
        }
    }

    private static Lease NewLease(KeyEntry<TKey> entry, long number, TKey key)
    {
        if (WatchedWait.IsWanted) entry.HeldBy(entry.Shard.NewWatchedWait(entry, number, key));
        return new Lease(entry, entry.Hold);
    }

    private static KeyWaiter<TKey>? TryWait(
        KeyEntry<TKey> entry, long number, TKey key, in WaitLimits limits, bool isBlocking)
    {
        KeyWaiter<TKey>? waiter = entry.Shard.TryWait(entry, number, limits, isBlocking);
        if (WatchedWait.IsWanted) waiter?.WatchAs(entry.Shard.NewWatchedWait(entry, number, key));
        return waiter;
    }

    private ValueTask<Lease> LockManyAsync(IEnumerable<TKey> keys, in WaitLimits limits)
    {
        if (limits.Token.IsCancellationRequested) return ValueTask.FromCanceled<Lease>(limits.Token);
        TKey[] all = [.. keys];
        if (Array.Exists(all, static key => key is null))
            throw new ArgumentException("keys must not contain null.", nameof(keys));
        return new KeySet<TKey>(this, all).LockAsync(limits);
    }

    /// <summary>A hold of a key, or of several. Disposing it releases them, once: after that it does nothing.</summary>
    /// <remarks>A copy is the same hold; <c>default</c> is none.</remarks>
    public readonly struct Lease : IDisposable
    {
        // None while a number is there: a hold of no keys.
        private readonly KeyEntry<TKey>? _entry;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Lease(KeyEntry<TKey>? entry, long hold)
        {
            _entry = entry;
            Hold = hold;
        }

        /// <summary>Whether the key was granted, or all of them; of a wait that only tries, it may not have been.
        /// </summary>
        public bool IsAcquired => Hold is not 0;

        internal static Lease OfNothing => new(null, 1);

        internal long Hold { get; }

        /// <summary>Releases the key, or all of them, if this hold has not been released yet. Never throws.</summary>
        public void Dispose() => _entry?.Shard.Owner.EndHold(_entry, Hold);
    }
}
