using System.Threading.Channels;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>The items of a <see cref="WorkQueue{T}"/>, and those who wait: for an item, for room, for the
/// end.</summary>
/// <remarks>
/// <para>Nobody waits for room while there is some. An item that goes out makes room for one; so it lets one in, before
/// the gate is left.</para>
/// <para>An item that needs no search for its place is put in under the gate. For another one room is kept, and whoever
/// made that puts it in when the gate is left, before its caller goes on.</para>
/// </remarks>
internal sealed class WorkLine<T>(WorkQueue<T> owner, WorkQueueOptions<T> options)
    : WaitQueue(owner, timeProvider: null)
{
    private readonly WaitList _enqueuers = new();
    private readonly WaitList _joiners = new();
    private readonly int _capacity = options.Capacity ?? int.MaxValue;

    // From here on: guarded by the gate.
    private WorkStore<T> _store = WorkStore<T>.For(options);
    private SpareHolds<WorkQueue<T>> _spares;

    // Those for whom there is room, and whose items are just being put in.
    private int _letIn;
    private int _unfinished;
    private bool _isCompleted;
    private bool _discards;

    public int Count => Volatile.Read(ref _store).Count;

    public int UnfinishedCount => Volatile.Read(ref _unfinished);

    public bool IsCompleted => Volatile.Read(ref _isCompleted);

    private bool HasRoom => _store.Count + _letIn < _capacity;

    public static ChannelClosedException HasCompleted(WorkQueue<T> queue) => new($"{queue} has been completed.");

    /// <summary>An item that arrives now.</summary>
    public WorkEntry<T> NewEntry(T value, int attempt = 1) => new(value, attempt, _store.NextArrival());

    /// <summary>Puts an item in, if there is room; then nobody waits for that.</summary>
    public bool TryEnqueue(in WorkEntry<T> entry)
    {
        object? place = null;
        while (true)
        {
            Enter();
            bool isLetIn = !_isCompleted && HasRoom;
            bool isAdded = isLetIn && TryAdd(entry, place);
            ExitAndRelease();
            if (isAdded || !isLetIn) return isAdded;
            place = _store.FindPlace(entry);
        }
    }

    /// <summary>Takes an item, if there is one; then nobody waits for it.</summary>
    public bool TryDequeue(out WorkItem<T> item)
    {
        Enter();
        if (_store.Count is 0)
        {
            Exit();
            item = default;
            return false;
        }

        WorkEntry<T> entry = _store.Take();
        Hold<WorkQueue<T>>? spare = _spares.Take();
        WorkWaiter<T>? letIn = LetNextIn();
        Exit();
        if (letIn is not null) Admit(letIn);
        item = NewItem(spare, entry);
        return true;
    }

    public WorkWaiter<T> WaitForItem(WorkRequest request, in WaitLimits limits) =>
        Wait(request, Waiters, default, limits);

    public WorkWaiter<T> WaitForRoom(in WorkEntry<T> entry, in WaitLimits limits) =>
        Wait(WorkRequest.Room, _enqueuers, entry, limits);

    public WorkWaiter<T> WaitForEnd(in WaitLimits limits) => Wait(WorkRequest.End, _joiners, default, limits);

    /// <summary>Ends a hold, and finishes its item, if that has not been done yet.</summary>
    public void Finish(Hold<WorkQueue<T>> hold, long number)
    {
        Enter();
        if (EndHold(hold, number)) _unfinished--;
        if (_unfinished is 0) ExitAndReleaseAll();
        else Exit();
    }

    /// <summary>Ends a hold whose item is about to fail for good. <see cref="FinishFailed"/> is to follow.</summary>
    /// <returns>False: it had ended before.</returns>
    public bool TryEndHold(Hold<WorkQueue<T>> hold, long number)
    {
        Enter();
        bool isEnded = EndHold(hold, number);
        Exit();
        return isEnded;
    }

    public void FinishFailed()
    {
        Enter();
        _unfinished--;
        ExitAndReleaseAll();
    }

    /// <summary>Ends a hold, and puts its item back, if that has not been done yet. When this throws, it is still held.
    /// </summary>
    public void PutBack(Hold<WorkQueue<T>> hold, long number, in WorkEntry<T> entry)
    {
        object? place = null;
        while (!TryPutBack(hold, number, entry, place)) place = _store.FindPlace(entry);
    }

    public void Complete(bool discardPending)
    {
        WorkStore<T>? empty = discardPending ? WorkStore<T>.For(options) : null;
        Enter();
        _isCompleted = true;
        if (empty is not null)
        {
            _discards = true;
            _unfinished -= _store.Count;
            _store = empty;
        }

        ExitAndReleaseAll();
    }

    public Hold<WorkQueue<T>>? TakeSpareHold()
    {
        Enter();
        Hold<WorkQueue<T>>? spare = _spares.Take();
        Exit();
        return spare;
    }

    // Not under the gate: where there is no memory left, nobody is to wait for it.
    public WorkItem<T> NewItem(Hold<WorkQueue<T>>? spare, in WorkEntry<T> entry) =>
        new(spare ?? new Hold<WorkQueue<T>>(owner), entry);

    protected override Waiter CreateWaiter() => new WorkWaiter<T>(owner, this);

    protected override bool TryTake(Waiter waiter)
    {
        var asking = (WorkWaiter<T>)waiter;
        return asking.Kind switch
        {
            WorkRequest.Room => TryLetIn(asking),
            WorkRequest.End => _unfinished is 0,
            _ => TryHandOut(asking),
        };
    }

    // Nobody stood in the way of those behind: all of them wait for the same.
    protected override void OnLeft(WaitList list, ref EndedWaiters ended)
    {
    }

    // Under the gate.
    private bool TryHandOut(WorkWaiter<T> waiter)
    {
        if (_store.Count is 0)
        {
            bool isOver = _isCompleted && (waiter.Kind is WorkRequest.Item || _unfinished is 0);
            if (isOver && !waiter.Limits.IsTry) waiter.End = WaitEnd.Failed;
            return isOver;
        }

        waiter.Entry = _store.Take();
        waiter.Result = 1;
        return true;
    }

    // Under the gate. Where an item cannot be put in at once, room is kept for it.
    private bool TryLetIn(WorkWaiter<T> waiter)
    {
        if (_isCompleted) waiter.End = WaitEnd.Failed;
        if (_isCompleted || !HasRoom) return _isCompleted;
        if (TryAdd(waiter.Entry, place: null)) return true;
        _letIn++;
        waiter.Result = 1;
        return true;
    }

    // Under the gate.
    private bool TryAdd(in WorkEntry<T> entry, object? place)
    {
        bool isAdded = _store.TryAdd(entry, place);
        if (isAdded) _unfinished++;
        return isAdded;
    }

    private WorkWaiter<T> Wait(WorkRequest request, WaitList list, in WorkEntry<T> entry, in WaitLimits limits)
    {
        var waiter = (WorkWaiter<T>)EnterWithWaiter((long)request, limits, isBlocking: false, out long due);
        waiter.Entry = entry;
        WaitEnd end = EndAtOnce(waiter, list);
        if (end is WaitEnd.None)
        {
            ExitWithWaiter(waiter, list, end, due);
            return waiter;
        }

        waiter.FinishUnseen(end);
        WorkWaiter<T>? letIn = list == Waiters ? LetNextIn() : null;
        ExitAndRelease();
        if (waiter.IsLetIn) letIn = PutIn(waiter);
        if (letIn is not null) Admit(letIn);
        return waiter;
    }

    // Under the gate.
    private WorkWaiter<T>? LetNextIn()
    {
        if (_enqueuers.First is not WorkWaiter<T> next || !TryTake(next)) return null;
        var ended = new EndedWaiters();
        Grant(next, ref ended);
        return next;
    }

    // Not under the gate: puts an item in that waited for room, and lets its caller go on.
    private void Admit(WorkWaiter<T> letIn)
    {
        WorkWaiter<T>? next = letIn;
        while (next is not null)
        {
            WorkWaiter<T> admitted = next;
            next = admitted.IsLetIn ? PutIn(admitted) : null;
            admitted.Finish();
        }
    }

    /// <summary>Puts an item in for which room was kept.</summary>
    /// <returns>The next one to be let in, if there is room for it by now.</returns>
    private WorkWaiter<T>? PutIn(WorkWaiter<T> waiter)
    {
        Exception? fault = null;
        while (true)
        {
            object? place = null;
            try
            {
                place = _store.FindPlace(waiter.Entry);
            }
            catch (Exception e)
            {
                fault = e;
            }

            Enter();
            bool isRefused = fault is not null || _isCompleted;
            if (isRefused || TryAdd(waiter.Entry, place))
            {
                _letIn--;
                if (isRefused) (waiter.End, waiter.Fault) = (WaitEnd.Failed, fault);

                // If it goes out at once, to somebody who waits for it, there is room again.
                var ended = new EndedWaiters();
                Release(Waiters, ref ended);
                WorkWaiter<T>? next = LetNextIn();
                Exit(ended);
                return next;
            }

            Exit();
        }
    }

    // Under the gate. Those in the list may wait for what is put back. For others it is over, and no reason to wait.
    private WaitEnd EndAtOnce(WorkWaiter<T> waiter, WaitList list)
    {
        WaitEnd end = base.EndAtOnce(waiter, list);
        if (end is not WaitEnd.None || !_isCompleted || !TryTake(waiter)) return end;
        return waiter.End is WaitEnd.None ? WaitEnd.Granted : waiter.End;
    }

    // Under the gate.
    private bool EndHold(Hold<WorkQueue<T>> hold, long number)
    {
        bool isEnded = hold.TryEnd(number);
        if (isEnded) _spares.Put(hold);
        return isEnded;
    }

    // Room is not asked for: what was let in once is never locked out.
    private bool TryPutBack(Hold<WorkQueue<T>> hold, long number, in WorkEntry<T> entry, object? place)
    {
        Enter();
        bool isHeld = hold.Number == number;
        bool isDone = !isHeld || _discards || _store.TryAdd(entry, place);
        if (isHeld && isDone)
        {
            EndHold(hold, number);
            if (_discards) _unfinished--;
        }

        ExitAndReleaseAll();
        return isDone;
    }

    private void ExitAndReleaseAll()
    {
        var ended = new EndedWaiters();
        if (_isCompleted) EndItemWaits(ref ended);
        else Release(Waiters, ref ended);
        if (_isCompleted) Release(_enqueuers, ref ended);
        Release(_joiners, ref ended);
        Exit(ended);
    }

    // Under the gate. In the list, those for whom it is over may stand behind those for whom it is not.
    private void EndItemWaits(ref EndedWaiters ended)
    {
        Waiter? next = Waiters.First;
        while (next is not null)
        {
            Waiter waiter = next;
            next = waiter.Next;
            if (TryTake(waiter)) Grant(waiter, ref ended);
        }
    }
}
