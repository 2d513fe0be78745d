using System.Runtime.ExceptionServices;
using System.Threading.Tasks.Sources;

namespace AsyncKit.Synchronization;

/// <summary>The code that goes on when a wait has ended: it arrives before the end or after, and runs once.</summary>
/// <remarks>
/// <para>The code never runs inside <see cref="End"/> or <see cref="Continue"/>: it goes to the thread pool, or to the
/// context that was captured. So 100,000 waiters are released without a deep stack.</para>
/// <para>It goes to the pool's global queue, as after <c>Task.Yield</c>: in order. In the local queue of the releasing
/// thread, the last of those it wakes would be the first to go on.</para>
/// <para>A mutable struct: a field that is not read-only, never copied.</para>
/// </remarks>
internal struct Resumption
{
    private static readonly Action<object?> _ended = static _ => { };
    private static readonly object _atOnce = new();

    // Null until either side arrives; from the end on, _ended.
    private Action<object?>? _continuation;
    private object? _state;

    // Null: the thread pool. Else a SynchronizationContext, a TaskScheduler, or _atOnce.
    private object? _context;

    /// <summary>Whether the wait has ended; its source may then be read, and used again.</summary>
    public readonly bool HasEnded => ReferenceEquals(Volatile.Read(in _continuation), _ended);

    public void Reset()
    {
        _continuation = null;
        _state = null;
        _context = null;
    }

    /// <summary>The wait ended before anybody else could know of it.</summary>
    public void EndUnseen() => _continuation = _ended;

    /// <summary>Takes the code, and schedules it when the wait has ended already.</summary>
    public void Continue(Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags)
    {
        ArgumentNullException.ThrowIfNull(continuation);
        bool hasContext = (flags & ValueTaskSourceOnCompletedFlags.UseSchedulingContext)
            is ValueTaskSourceOnCompletedFlags.UseSchedulingContext;
        bool flows = (flags & ValueTaskSourceOnCompletedFlags.FlowExecutionContext)
            is ValueTaskSourceOnCompletedFlags.FlowExecutionContext;
        object? context = hasContext ? CurrentContext() : null;
        if (flows && ExecutionContext.Capture() is { } flow)
        {
            state = new FlowingWork(continuation, state, flow);
            continuation = static work => ((FlowingWork)work!).Run();
        }

        Arrive(continuation, state, context);
    }

    /// <summary>Takes code that is so short that <see cref="End"/> may run it: it wakes a thread.</summary>
    public void ContinueAtOnce(Action<object?> continuation, object? state) =>
        Arrive(continuation, state, _atOnce);

    /// <summary>Ends the wait and schedules the code, if it has arrived. Nothing of the source is touched after it.
    /// </summary>
    public void End()
    {
        Action<object?>? continuation = Volatile.Read(ref _continuation)
            ?? Interlocked.CompareExchange(ref _continuation, _ended, null);
        if (continuation is null) return;

        // From here on the source may be in use for another wait, so all that is needed of it is read before.
        object? state = _state;
        object? context = _context;
        Volatile.Write(ref _continuation, _ended);
        Schedule(continuation, state, context);
    }

    private void Arrive(Action<object?> continuation, object? state, object? context)
    {
        ThrowIfAwaited(_continuation);
        _state = state;
        _context = context;
        Action<object?>? was = Interlocked.CompareExchange(ref _continuation, continuation, null);
        if (was is null) return;
        ThrowIfAwaited(was);
        Schedule(continuation, state, context);
    }

    private static void ThrowIfAwaited(Action<object?>? continuation)
    {
        if (continuation is not null && !ReferenceEquals(continuation, _ended))
            throw new InvalidOperationException("This wait is awaited already: a ValueTask can be awaited once.");
    }

    private static object? CurrentContext() =>
        SynchronizationContext.Current is { } context && context.GetType() != typeof(SynchronizationContext) ? context
        : TaskScheduler.Current != TaskScheduler.Default ? TaskScheduler.Current
        : null;

    private static void Schedule(Action<object?> continuation, object? state, object? context)
    {
        if (context is null) Queue(continuation, state);
        else if (ReferenceEquals(context, _atOnce)) continuation(state);
        else HandOver(continuation, state, context);
    }

    private static void Queue(Action<object?> continuation, object? state)
    {
        try
        {
            ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: false);
        }
        catch (ThreadInterruptedException)
        {
            // The pool's queue grows under a lock, before anything stands in it.
            Uninterrupted.Do(
                (Continuation: continuation, State: state),
                static work => ThreadPool.UnsafeQueueUserWorkItem(work.Continuation, work.State, preferLocal: false));
            Thread.CurrentThread.Interrupt();
        }
    }

    private static void HandOver(Action<object?> continuation, object? state, object context)
    {
        try
        {
            if (context is SynchronizationContext synchronizationContext)
                synchronizationContext.Post(new SendOrPostCallback(continuation), state);
            else
                _ = Task.Factory.StartNew(
                    continuation,
                    state,
                    CancellationToken.None,
                    TaskCreationOptions.DenyChildAttach,
                    (TaskScheduler)context);
        }
        catch (Exception e)
        {
            // As the runtime does for tasks: who releases is not to blame, and has others to release.
            ThreadPool.QueueUserWorkItem(
                static fault => fault.Throw(), ExceptionDispatchInfo.Capture(e), preferLocal: false);
        }
    }

    private sealed class FlowingWork(Action<object?> continuation, object? state, ExecutionContext flow)
    {
        public void Run() =>
            ExecutionContext.Run(flow, static work => ((FlowingWork)work!).Continue(), this);

        private void Continue() => continuation(state);
    }
}
