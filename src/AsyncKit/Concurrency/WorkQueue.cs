using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>Items that wait to be worked on, and that stay accounted for until their work is done.</summary>
/// <typeparam name="T">The type of the items.</typeparam>
/// <remarks>
/// <para><b>Unfinished.</b> An item is unfinished from the moment it is in the queue until it is completed, has failed
/// for good, or is discarded; <see cref="JoinAsync"/> waits until there is no such item. An attempt that failed puts
/// its item back, up to <see cref="WorkQueueOptions{T}.MaxAttempts"/>.</para>
/// <para><b>Order.</b> Items are taken in the order of <see cref="WorkQueueOptions{T}.Order"/>. Those who wait for an
/// item, and those who wait for room, go first come, first served; a newcomer never overtakes them.</para>
/// <para><b>Cancellation.</b> The token is asked first. A wait for an item that throws has taken none; a wait for room
/// that throws has put nothing in. When grant and cancellation meet, one of them wins.</para>
/// <para><b>Completion.</b> After <see cref="Complete"/> nothing new gets in. What is queued can still be taken, unless
/// it was discarded; whoever takes from the empty queue then gets a <see cref="ChannelClosedException"/>. An item that
/// is held may still be put back: for workers that run, or else for whoever goes on taking items.</para>
/// <para>Code that awaits goes on in the thread pool or in its context, never inside a call of somebody else. A wait is
/// awaited once. There is nothing to dispose. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{ToString(),nq}: Count = {Count}, Unfinished = {UnfinishedCount}, IsCompleted = {IsCompleted}")]
public sealed class WorkQueue<T>
{
    private readonly WorkQueueOptions<T> _options;
    private readonly WorkLine<T> _line;
    private QueueEnd? _end;

    /// <summary>Makes an empty queue.</summary>
    /// <param name="options">How it works; by default first in, first out, of any number, with one attempt.</param>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public WorkQueue(WorkQueueOptions<T>? options = null)
    {
        options ??= new WorkQueueOptions<T>();
        options.ThrowIfInvalid(nameof(options));
        _options = options;
        _line = new WorkLine<T>(this, options);
    }

    /// <summary>Its name in reports and messages, if it was given one.</summary>
    public string? Name => _options.Name;

    /// <summary>How many items are queued at this moment. Items that were put back may make it more than the
    /// capacity.</summary>
    public int Count => _line.Count;

    /// <summary>How many items are queued or being worked on at this moment.</summary>
    public int UnfinishedCount => _line.UnfinishedCount;

    /// <summary>Whether <see cref="Complete"/> was called; there may still be items.</summary>
    public bool IsCompleted => _line.IsCompleted;

    /// <summary>Puts an item in, when there is room for it.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Ends the wait for room.</param>
    /// <returns>A task that completes when the item is in.</returns>
    /// <exception cref="ChannelClosedException">The queue was completed before there was room.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was room.</exception>
    public ValueTask EnqueueAsync(T item, CancellationToken cancellationToken = default)
    {
        if (WatchedWait.IsWanted) return EnqueueWatchedAsync(item, cancellationToken);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled(cancellationToken);
        try
        {
            WorkEntry<T> entry = _line.NewEntry(item);
            return _line.TryEnqueue(entry) ? default : WaitForRoomAsync(entry, cancellationToken);
        }
        catch (Exception e)
        {
            // Of a comparer: it comes by the task, as it does when there was no room at first.
            return ValueTask.FromException(e);
        }
    }

    /// <summary>Puts an item in if there is room for it now.</summary>
    /// <param name="item">The item.</param>
    /// <returns>Whether it is in; not when the queue is full, has others waiting for room, or was completed.</returns>
    public bool TryEnqueue(T item)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "enqueue an item");
        return _line.TryEnqueue(_line.NewEntry(item));
    }

    /// <summary>Takes the next item, when there is one.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The item: complete it when its work is done, and dispose it in any case.</returns>
    /// <exception cref="ChannelClosedException">The queue is empty and was completed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled before there was an item.</exception>
    public ValueTask<WorkItem<T>> DequeueAsync(CancellationToken cancellationToken = default) =>
        TakeAsync(WorkRequest.Item, WaitLimits.Only(cancellationToken));

    /// <summary>Takes the next item if there is one now.</summary>
    /// <param name="item">The item; <c>default</c> when there is none.</param>
    /// <returns>Whether there is one.</returns>
    public bool TryDequeue(out WorkItem<T> item)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "take an item");
        return _line.TryDequeue(out item);
    }

    /// <summary>Takes one item after the other, until the queue is completed and empty.</summary>
    /// <remarks>
    /// Several loops may share the items of one queue. One that finds it empty at the end leaves what others hold, and
    /// may put back, to them.
    /// </remarks>
    /// <param name="cancellationToken">Ends the loop with an <see cref="OperationCanceledException"/> when it asks for
    /// the next item.</param>
    /// <returns>The items: complete each when its work is done, and dispose it in any case.</returns>
    public IAsyncEnumerable<WorkItem<T>> DequeueAllAsync(CancellationToken cancellationToken = default) =>
        DequeueAllAsync(WorkRequest.Item, cancellationToken);

    /// <summary>Waits until no item is unfinished.</summary>
    /// <remarks>At once when there is none, also before the first one. It does not wait for
    /// <see cref="Complete"/>.</remarks>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes at the first moment since the call at which no item is unfinished.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled before that.</exception>
    public Task JoinAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        return !WatchedWait.IsWanted && UnfinishedCount is 0 ? Task.CompletedTask : JoinCoreAsync(cancellationToken);
    }

    /// <summary>Lets nothing more in: no new item, and none of those who wait for room.</summary>
    /// <remarks>Called again it does nothing, but for discarding.</remarks>
    /// <param name="discardPending">Whether to drop what is queued, and what is put back from now on, as if it were
    /// finished. What is being worked on is left alone.</param>
    public void Complete(bool discardPending = false)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "complete the queue");
        _line.Complete(discardPending);
    }

    /// <summary>Works on the items, several at a time, until the queue is completed and every item is
    /// finished.</summary>
    /// <remarks>
    /// <para>An item is finished when its handler is done. A fault puts it back, up to
    /// <see cref="WorkQueueOptions{T}.MaxAttempts"/>; then it has failed for good, and goes with its last fault to
    /// <see cref="WorkQueueOptions{T}.OnFailed"/>. Without that handler the fault stops the run.</para>
    /// <para>Handlers run as the bodies of a <see cref="BoundedRunner"/>, and the run ends as one of those: the first
    /// fault, or the caller, cancels the token of the handlers that run; when they have ended, the task faults with
    /// each fault, or is cancelled. Items whose work was cut by that are put back as they were, behind all others.
    /// </para>
    /// </remarks>
    /// <param name="maxConcurrency">How many handlers may run at a time: at least 1.</param>
    /// <param name="handler">The work on one item; its token is cancelled when the run stops early.</param>
    /// <param name="cancellationToken">Stops the run; the queue stays as it is.</param>
    /// <returns>A task that completes when every handler that started has ended.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="maxConcurrency"/> is less than 1.</exception>
    /// <exception cref="ArgumentNullException"><paramref name="handler"/> is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public Task RunWorkersAsync(
        int maxConcurrency,
        Func<T, CancellationToken, ValueTask> handler,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxConcurrency, 1);
        ArgumentNullException.ThrowIfNull(handler);
        var options = new BoundedRunnerOptions { MaxConcurrency = maxConcurrency, Name = Name };
        return RunWorkersAsync(new BoundedRunner(options), handler, cancellationToken);
    }

    /// <inheritdoc cref="RunWorkersAsync(int, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    public Task RunWorkersAsync(
        int maxConcurrency, Func<T, CancellationToken, Task> handler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return RunWorkersAsync(maxConcurrency, (item, token) => new ValueTask(handler(item, token)), cancellationToken);
    }

    /// <summary>Works on the items under a limit that is shared with others, until the queue is completed and every
    /// item is finished.</summary>
    /// <remarks>As with a number of its own. Workers give their permits up when they wait for an item, and between two
    /// items when anyone else waits for a permit.</remarks>
    /// <param name="limit">How many handlers may run at a time, with everything else under that limit.</param>
    /// <param name="handler">The work on one item; its token is cancelled when the run stops early.</param>
    /// <param name="cancellationToken">Stops the run; the queue stays as it is.</param>
    /// <returns>A task that completes when every handler that started has ended.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    [OverloadResolutionPriority(1)]
    public Task RunWorkersAsync(
        ConcurrencyLimit limit,
        Func<T, CancellationToken, ValueTask> handler,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(handler);
        var options = new BoundedRunnerOptions { Limit = limit, Name = Name };
        return RunWorkersAsync(new BoundedRunner(options), handler, cancellationToken);
    }

    /// <inheritdoc cref="RunWorkersAsync(ConcurrencyLimit, Func{T, CancellationToken, ValueTask}, CancellationToken)"/>
    public Task RunWorkersAsync(
        ConcurrencyLimit limit,
        Func<T, CancellationToken, Task> handler,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return RunWorkersAsync(limit, (item, token) => new ValueTask(handler(item, token)), cancellationToken);
    }

    /// <summary>What a handler keeps others waiting for until it is done.</summary>
    internal object End => LazyInitializer.EnsureInitialized(ref _end, () => new QueueEnd(this));

    /// <summary>Names the queue in reports, such as <c>WorkQueue "jobs"</c>.</summary>
    /// <returns>The type with the name, if it has one.</returns>
    public override string ToString() => WatchedWait.NameOf(nameof(WorkQueue<>), Name);

    internal async IAsyncEnumerable<WorkItem<T>> DequeueAllAsync(
        WorkRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var limits = WaitLimits.Trying(Timeout.InfiniteTimeSpan, cancellationToken);
        while (true)
        {
            WorkItem<T> item = await TakeAsync(request, limits).ConfigureAwait(WatchedWait.IsWanted);
            if (item.IsNone) yield break;
            yield return item;
        }
    }

    internal void Finish(Hold<WorkQueue<T>> hold, long number)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "complete an item");
        _line.Finish(hold, number);
    }

    internal void PutBack(Hold<WorkQueue<T>> hold, long number, T value, int attempt)
    {
        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "put an item back");
        _line.PutBack(hold, number, _line.NewEntry(value, attempt));
    }

    /// <summary>Puts an item back whose attempt has failed, or gives it up; throws what nobody else takes.</summary>
    internal void Fail(in WorkItem<T> item, Hold<WorkQueue<T>> hold, long number, Exception? fault)
    {
        // Most often it has ended, and was disposed after that.
        if (hold.Number != number) return;
        if (item.Attempt < _options.MaxAttempts)
        {
            try
            {
                PutBack(hold, number, item.Value, item.Attempt + 1);
                return;
            }
            catch (Exception e)
            {
                // Of a comparer: then there is no place for the item any more.
                fault = fault is null ? e : new AggregateException(fault, e);
            }
        }

        if (WatchedWait.IsWanted) AsyncDiagnostics.SchedulingPoint(this, "give an item up");
        if (_line.TryEndHold(hold, number)) GiveUp(item.Value, fault);
    }

    private static ValueTask<WorkItem<T>> ItemOfAsync(WorkWaiter<T> waiter) => new(waiter, waiter.Version);

    private static ValueTask EndOfAsync(WorkWaiter<T> waiter) => new(waiter, waiter.Version);

    private void GiveUp(T item, Exception? fault)
    {
        try
        {
            if (_options.OnFailed is not null) _options.OnFailed(item, fault);
            else if (fault is not null) ExceptionDispatchInfo.Throw(fault);
        }
        catch (Exception e) when (fault is not null && e != fault)
        {
            throw new AggregateException("OnFailed threw.", e, fault);
        }
        finally
        {
            // Not before: whoever joins may count on what the handler has done.
            _line.FinishFailed();
        }
    }

    private Task RunWorkersAsync(
        BoundedRunner runner, Func<T, CancellationToken, ValueTask> handler, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? Task.FromCanceled(cancellationToken)
            : new WorkRun<T>(this, runner, handler, cancellationToken).RunAsync();

    // What a listener is given in its own methods: a lambda that captures costs memory also where it is not made.
    private ValueTask<WorkItem<T>> TakeAsync(WorkRequest request, in WaitLimits limits)
    {
        if (WatchedWait.IsWanted) return TakeWatchedAsync(request, limits);
        return !limits.Token.IsCancellationRequested && _line.TryDequeue(out WorkItem<T> item)
            ? new ValueTask<WorkItem<T>>(item)
            : ItemOfAsync(_line.WaitForItem(request, limits));
    }

    private ValueTask<WorkItem<T>> TakeWatchedAsync(WorkRequest request, WaitLimits limits) =>
        WatchedWait.BeginAsync(this, "take an item", () => ItemOfAsync(
            Watched(_line.WaitForItem(request, limits), this, nameof(DequeueAsync))));

    private ValueTask WaitForRoomAsync(in WorkEntry<T> entry, CancellationToken cancellationToken) =>
        EndOfAsync(_line.WaitForRoom(entry, WaitLimits.Only(cancellationToken)));

    private ValueTask EnqueueWatchedAsync(T item, CancellationToken cancellationToken) =>
        WatchedWait.BeginAsync(this, "enqueue an item", () => EndOfAsync(Watched(
            _line.WaitForRoom(_line.NewEntry(item), WaitLimits.Only(cancellationToken)), this, nameof(EnqueueAsync))));

    // A task of an async method and not of the wait: its caller goes on where the wait lets it.
    private async Task JoinCoreAsync(CancellationToken cancellationToken) =>
        await WaitForEndAsync(WaitLimits.Only(cancellationToken)).ConfigureAwait(WatchedWait.IsWanted);

    private ValueTask WaitForEndAsync(in WaitLimits limits) =>
        WatchedWait.IsWanted ? JoinWatchedAsync(limits) : EndOfAsync(_line.WaitForEnd(limits));

    private ValueTask JoinWatchedAsync(WaitLimits limits) =>
        WatchedWait.BeginAsync(
            this, "wait for the end", () => EndOfAsync(Watched(_line.WaitForEnd(limits), End, nameof(JoinAsync))));

    // Named for the call, so that a report says what hangs: DequeueAsync of WorkQueue "jobs".
    private WorkWaiter<T> Watched(WorkWaiter<T> waiter, object resource, string call)
    {
        waiter.WatchAs(new WatchedWait(resource, $"{call} of {this}"));
        return waiter;
    }
}
