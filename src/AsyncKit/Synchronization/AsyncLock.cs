using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Tasks.Sources;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A lock for code that awaits: one holder at a time, the others wait without a thread, in order.</summary>
/// <remarks>
/// <para><b>Order.</b> First come, first served. A newcomer never overtakes a waiter: a release hands the lock to the
/// first of them.</para>
/// <para><b>Cancellation.</b> The token is asked first, also when the lock is free. A wait that throws has not taken
/// the lock. When grant and cancellation meet, one of them wins: a wait that was granted gives its lease, even if the
/// token is cancelled by then.</para>
/// <para><b>Time limits</b> are from <see cref="TimeSpan.Zero"/>, which never waits, to 4,294,967,294 milliseconds
/// (about 49.7 days), or <see cref="Timeout.InfiniteTimeSpan"/>.</para>
/// <para><b>Not re-entrant.</b> A holder that waits for the lock again waits for itself.</para>
/// <para><b>Threads.</b> Synchronous and asynchronous waits stand in one queue. A blocked thread is woken by the one
/// that releases; it takes no thread of the pool. Code that awaits goes on in the thread pool or in its context, never
/// inside a release.</para>
/// <para><b>Cost.</b> A compare-exchange to take it and one to give it back when nobody waits; waits use their memory
/// again. A wait is awaited once, as any <see cref="ValueTask"/>. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: IsHeld = {IsHeld}, Waiters = {WaiterCount}")]
public sealed class AsyncLock
{
    // The state: the number of the hold, shifted by two; whether the lock is held; whether its holder has to look at
    // the queue when it releases. The number changes with each release, so a lease is good for one.
    private const long Held = 1;
    private const long Queued = 2;
    private const int NumberShift = 2;

    private readonly TimeProvider? _timeProvider;
    private long _state = 1L << NumberShift;

    // Made by the first that has to wait.
    private Queue? _queue;

    /// <summary>Makes a lock that nobody holds.</summary>
    /// <param name="name">Its name in reports and messages.</param>
    /// <param name="timeProvider">The clock of time limits; by default that of the system.</param>
    public AsyncLock(string? name = null, TimeProvider? timeProvider = null)
    {
        Name = name;
        _timeProvider = timeProvider;
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name { get; }

    /// <summary>Whether somebody holds it at this moment.</summary>
    public bool IsHeld => (Volatile.Read(ref _state) & Held) is not 0;

    /// <summary>How many wait at this moment.</summary>
    public int WaiterCount => Volatile.Read(ref _queue)?.Waiters.Count ?? 0;

    private Queue Waits => _queue ?? MakeQueue();

    /// <summary>Waits for the lock.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    // Inlined, with a slow path that returns an object: the lease of a free lock then stays in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ValueTask<Lease> LockAsync(CancellationToken cancellationToken = default)
    {
        if (!WatchedWait.IsWanted && !cancellationToken.IsCancellationRequested && TryEnter(out long number))
            return new ValueTask<Lease>(new Lease(this, number));
        return ResultOfAsync(BeginWait(cancellationToken));
    }

    /// <summary>Waits for the lock for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The hold: dispose it to release the lock.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="TimeoutException">The time passed before the lock was granted.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<Lease> LockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        LockAsync(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Tries to take the lock for a limited time.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// The hold, or one whose <see cref="Lease.IsAcquired"/> is <see langword="false"/> when the time passed first.
    /// </returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public ValueTask<Lease> TryLockAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        LockAsync(WaitLimits.Trying(timeout, cancellationToken));

    /// <summary>Takes the lock if that is possible without waiting.</summary>
    /// <param name="lease">The hold; <c>default</c> when the lock was not to be had.</param>
    /// <returns>Whether the lock was taken.</returns>
    public bool TryLock(out Lease lease)
    {
        if (WatchedWait.IsWanted)
            lease = Lock(WaitLimits.Trying(TimeSpan.Zero, CancellationToken.None));
        else
            lease = TryEnter(out long number) ? new Lease(this, number) : default;
        return lease.IsAcquired;
    }

    /// <summary>Blocks the thread until it has the lock.</summary>
    /// <inheritdoc cref="LockAsync(CancellationToken)"/>
    public Lease Lock(CancellationToken cancellationToken = default) => Lock(WaitLimits.Only(cancellationToken));

    /// <summary>Blocks the thread until it has the lock, for a limited time.</summary>
    /// <inheritdoc cref="LockAsync(TimeSpan, CancellationToken)"/>
    public Lease Lock(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Lock(WaitLimits.Throwing(timeout, cancellationToken));

    /// <summary>Blocks the thread until it has the lock, or the time has passed.</summary>
    /// <param name="timeout">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="lease">The hold; <c>default</c> when the time passed first.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether the lock was taken.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="timeout"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before the lock was granted.</exception>
    public bool TryLock(TimeSpan timeout, out Lease lease, CancellationToken cancellationToken = default)
    {
        lease = Lock(WaitLimits.Trying(timeout, cancellationToken));
        return lease.IsAcquired;
    }

    /// <summary>Names the lock in reports, such as <c>AsyncLock "orders"</c>.</summary>
    /// <returns>The type with the name.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(AsyncLock), Name);

    /// <summary>Whether a hold is the one of this moment.</summary>
    internal bool IsHeldUnder(long number) => (Volatile.Read(ref _state) & ~Queued) == StateOf(number);

    /// <summary>The clock of time limits.</summary>
    internal TimeProvider TimeProvider => _timeProvider ?? TimeProvider.System;

    /// <summary>Gives the lock up and waits in a list of a condition variable, both at once.</summary>
    /// <remarks>However the wait ends, it does so with the lock held again under the same number.</remarks>
    /// <returns>The wait; none if the lock is not held under that number.</returns>
    internal Waiter? StepAside(
        AsyncConditionVariable condition, WaitList list, long number, in WaitLimits limits, bool isBlocking)
    {
        if (!WatchedWait.IsWanted) return Waits.StepAside(condition, list, number, limits, isBlocking);
        WatchedWait? holder = Queue.IsOverAtOnce(limits) ? null : Waits.ReportRelease(number);
        LockWaiter? waiter = Waits.StepAside(condition, list, number, limits, isBlocking);
        if (waiter is null) return null;
        waiter.Holder = holder;
        waiter.WatchAs(condition.NewWatchedWait());
        return waiter;
    }

    /// <summary>Notifies those who have waited longest in a list of a condition variable.</summary>
    internal void Notify(WaitList list, int count) => _queue?.Notify(list, count);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Release(long number)
    {
        long held = StateOf(number);
        long free = (number + 1) << NumberShift;

        // Looked at first: where somebody waits, the exchange is bound to fail, and costs what one costs that does not.
        if (WatchedWait.IsWanted || Volatile.Read(ref _state) != held
            || Interlocked.CompareExchange(ref _state, free, held) != held)
        {
            ReleaseSlowly(number);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long StateOf(long number) => (number << NumberShift) | Held;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryEnter(out long number)
    {
        long state = Volatile.Read(ref _state);
        number = state >> NumberShift;
        return (state & (Held | Queued)) is 0
            && Interlocked.CompareExchange(ref _state, state | Held, state) == state;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ValueTask<Lease> ResultOfAsync(object wait) => wait is LockWaiter waiter
        ? new ValueTask<Lease>(waiter, waiter.Version)
        : new ValueTask<Lease>((Task<Lease>)wait);

    private ValueTask<Lease> LockAsync(in WaitLimits limits) =>
        !WatchedWait.IsWanted && !limits.Token.IsCancellationRequested && TryEnter(out long number)
            ? new ValueTask<Lease>(new Lease(this, number))
            : ResultOfAsync(BeginWait(limits));

    private Lease Lock(in WaitLimits limits)
    {
        bool isWatched = WatchedWait.IsWanted;
        if (isWatched)
            AsyncDiagnostics.SchedulingPoint(this, "take the lock");
        else if (!limits.Token.IsCancellationRequested && TryEnter(out long number))
            return new Lease(this, number);
        LockWaiter waiter = Wait(limits, isBlocking: true);
        if (isWatched) waiter.WatchAs(Waits.NewWatchedWait());
        waiter.Block();
        return waiter.GetResult(waiter.Version);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private object BeginWait(CancellationToken cancellationToken) => BeginWait(WaitLimits.Only(cancellationToken));

    // A waiter; or a task, when a listener holds the operation up.
    private object BeginWait(in WaitLimits limits)
    {
        if (!WatchedWait.IsWanted) return Wait(limits, isBlocking: false);
        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(this, "take the lock");
        return point.IsCompletedSuccessfully ? WaitWatched(limits) : WaitAfterAsync(point, limits);
    }

    private Task<Lease> WaitAfterAsync(ValueTask point, WaitLimits limits) =>
        WatchedWait.BeginAfterAsync(point, () => ResultOfAsync(WaitWatched(limits)));

    private LockWaiter WaitWatched(in WaitLimits limits)
    {
        LockWaiter waiter = Wait(limits, isBlocking: false);
        waiter.WatchAs(Waits.NewWatchedWait());
        return waiter;
    }

    private LockWaiter Wait(in WaitLimits limits, bool isBlocking) =>
        (LockWaiter)Waits.Wait(Waits.Waiters, Queue.NewHold, limits, isBlocking);

    private Queue MakeQueue()
    {
        var queue = new Queue(this, _timeProvider);
        return Interlocked.CompareExchange(ref _queue, queue, null) ?? queue;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ReleaseSlowly(long number)
    {
        if (WatchedWait.IsWanted)
        {
            AsyncDiagnostics.SchedulingPoint(this, "release the lock");
            Waits.ReportRelease(number);
        }
        else if (_queue is null && !IsHeldUnder(number))
        {
            // Released before, and no reason to make a queue.
            return;
        }

        Waits.Release(number);
    }

    /// <summary>A hold of the lock. Disposing it releases the lock, once: after that it does nothing.</summary>
    /// <remarks>A copy is the same hold; <c>default</c> is none.</remarks>
    public readonly struct Lease : IDisposable
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        internal Lease(AsyncLock @lock, long number)
        {
            Lock = @lock;
            Number = number;
        }

        /// <summary>Whether the lock was granted; of a wait that only tries, it may not have been.</summary>
        public bool IsAcquired => Lock is not null;

        internal AsyncLock? Lock { get; }

        internal long Number { get; }

        /// <summary>Releases the lock, if this hold has not been released yet. Never throws.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Dispose() => Lock?.Release(Number);
    }

    private sealed class LockWaiter(AsyncLock owner, Queue queue)
        : Waiter(queue), IValueTaskSource<Lease>, IValueTaskSource<bool>, IValueTaskSource
    {
        // The condition variable, of a wait for one.
        protected override object Awaited => ResultObject ?? base.Awaited;

        /// <summary>What listeners know the hold by that was given up for the wait, and is there again after
        /// it.</summary>
        public WatchedWait? Holder { get; set; }

        public Lease GetResult(short token)
        {
            WatchedWait? watched = Watched;
            if (!Take(token, out long number, out _)) return default;
            if (watched is not null) owner.Waits.HeldBy(watched, number);
            return new Lease(owner, number);
        }

        bool IValueTaskSource<bool>.GetResult(short token) => TakeOfCondition(token);

        void IValueTaskSource.GetResult(short token) => TakeOfCondition(token);

        private bool TakeOfCondition(short token)
        {
            if (token != Version || Holder is not { } holder) return Take(token, out _, out _);
            long number = Request;
            Holder = null;
            try
            {
                return Take(token, out _, out _);
            }
            finally
            {
                owner.Waits.HeldBy(holder, number);
            }
        }
    }

    private sealed class Queue(AsyncLock owner, TimeProvider? timeProvider) : WaitQueue(owner, timeProvider)
    {
        /// <summary>What a waiter asks for that does not ask for its earlier hold, by number.</summary>
        public const long NewHold = 0;

        // The newest number, while the lock is held again under an older one; otherwise zero. As the next number must
        // be new, such a hold is released under the gate, whether anybody waits or not.
        private long _newest;
        private WatchedHold? _holder;

        public void Release(long number)
        {
            var ended = new EndedWaiters();
            Enter();
            TryFree(number, ref ended);
            Exit(ended);
        }

        /// <summary>Whether a wait with these limits ends before it begins, without the lock being given up.</summary>
        public static bool IsOverAtOnce(in WaitLimits limits) =>
            limits.Token.IsCancellationRequested || limits.Timeout == TimeSpan.Zero;

        public LockWaiter? StepAside(
            AsyncConditionVariable condition, WaitList list, long number, in WaitLimits limits, bool isBlocking)
        {
            var waiter = (LockWaiter)EnterWithWaiter(number, limits, isBlocking, out long due);
            waiter.ResultObject = condition;
            if (IsOverAtOnce(limits))
            {
                waiter.FinishUnseen(limits.Token.IsCancellationRequested ? WaitEnd.Cancelled : WaitEnd.TimedOut);
                Exit();
                return waiter;
            }

            // In the list before anybody else can have the lock: no notification passes it by.
            var ended = new EndedWaiters();
            bool wasHeld = TryFree(number, ref ended);
            if (wasHeld) Append(waiter, list, due);
            Exit(ended);
            if (wasHeld) Watch(waiter);
            else TryTakeBack(waiter, waiter.Version, isIdle: true);
            return wasHeld ? waiter : null;
        }

        public void Notify(WaitList list, int count)
        {
            var ended = new EndedWaiters();
            Enter();
            for (var left = count; left > 0 && list.First is { } first; left--)
                End(first, WaitEnd.Granted, ref ended);
            Exit(ended);
        }

        public void HeldBy(WatchedWait holder, long number)
        {
            _holder = new WatchedHold(holder, number);
            holder.Held();
        }

        public WatchedWait? ReportRelease(long number) =>
            owner.IsHeldUnder(number) ? WatchedHold.ReportRelease(ref _holder, number) : null;

        protected override Waiter CreateWaiter() => new LockWaiter(owner, this);

        protected override bool TryTake(Waiter waiter)
        {
            while (true)
            {
                long state = Volatile.Read(ref owner._state);
                bool isFree = (state & Held) is 0;
                long next = !isFree ? state | Queued
                    : waiter.Request is NewHold ? state | Held
                    : StateOf(waiter.Request) | Queued;
                if (!TryChange(state, next)) continue;
                if (isFree) NoteHold(waiter, state >> NumberShift);
                return isFree;
            }
        }

        protected override void OnLeft(WaitList list, ref EndedWaiters ended) => ForgetEmptyQueue();

        protected override void OnEnded(Waiter waiter, WaitList list, ref EndedWaiters ended)
        {
            // Who waited for a condition stands in line for the lock from now on, and nothing ends that but the lock.
            // So a notification wakes nobody who would only find the lock held.
            if (list == Waiters) base.OnEnded(waiter, list, ref ended);
            else if (Waiters.First is null && TryTake(waiter)) ended.Add(waiter);
            else Waiters.Append(waiter);
        }

        private bool TryFree(long number, ref EndedWaiters ended)
        {
            long state;
            long next;
            do
            {
                state = Volatile.Read(ref owner._state);
                if ((state & ~Queued) != StateOf(number)) return false;

                // Free, but only for the queue: a newcomer sees that there is one.
                next = ((Math.Max(number, _newest) + 1) << NumberShift) | Queued;
            }
            while (!TryChange(state, next));

            _newest = 0;

            // One holder: when the first may go, no other may, and is not asked.
            if (Waiters.First is { } first && TryTake(first)) Grant(first, ref ended);
            ForgetEmptyQueue();
            return true;
        }

        private bool TryChange(long state, long next)
        {
            if ((state & Queued) is 0) return Interlocked.CompareExchange(ref owner._state, next, state) == state;

            // As long as there is a queue, the state changes under the gate only.
            Volatile.Write(ref owner._state, next);
            return true;
        }

        private void NoteHold(Waiter waiter, long number)
        {
            bool isNew = waiter.Request is NewHold;
            waiter.Result = isNew ? number : waiter.Request;
            if (!isNew) _newest = number;
        }

        private void ForgetEmptyQueue()
        {
            if (Waiters.Count is 0 && _newest is 0) Volatile.Write(ref owner._state, owner._state & ~Queued);
        }
    }
}
