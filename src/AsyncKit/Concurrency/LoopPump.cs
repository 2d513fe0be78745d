using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>Runs the steps of an event loop on the thread that it is given, one after the other, until it is to end and
/// nothing is left, or the time for that is over.</summary>
internal sealed class LoopPump
{
    private readonly LoopQueue _queue = new();
    private readonly LoopRemainder _remainder;
    private readonly EventLoopOptions _options;
    private readonly CancellationTokenSource _stop;
    private readonly List<Exception> _faults = [];
    private Thread? _thread;
    private int _operations;

    /// <param name="options">How the loop runs.</param>
    /// <param name="stop">Cancels what is left. Not disposed: it has no timer and no link, and work that has not ended
    /// may still look at its token.</param>
    public LoopPump(EventLoopOptions options, CancellationTokenSource stop)
    {
        (_options, _stop) = (options, stop);
        Context = new LoopContext(this);
        _remainder = new LoopRemainder(Context);
        Scheduler = new LoopScheduler(this);
        Calls = new LoopCalls(this);
    }

    public LoopContext Context { get; }

    public LoopScheduler Scheduler { get; }

    public LoopCalls Calls { get; }

    /// <summary>Cancelled when what is left is to end.</summary>
    public CancellationToken Stop => _stop.Token;

    public bool IsCurrent => Thread.CurrentThread == _thread;

    /// <summary>Whether the calling code has the turn of the loop, or of what goes on after its end.</summary>
    public bool HasTurn => IsCurrent || _remainder.IsCurrent;

    /// <summary>What callbacks threw that nobody handles.</summary>
    public IReadOnlyList<Exception> Faults => _faults;

    private bool IsAnyLeft => Calls.Count > 0 || Volatile.Read(ref _operations) > 0;

    /// <summary>Lets a step run on the loop.</summary>
    /// <returns>Whether it will: not when the loop has ended.</returns>
    public bool TryPost(LoopStep step)
    {
        if (_queue.TryAdd(step)) return true;
        step.Drop();
        return false;
    }

    /// <summary>Lets a step run on the loop, or after its end: what was begun goes on.</summary>
    public void PostOrLetGo(LoopStep step)
    {
        if (!_queue.TryAdd(step)) _remainder.Add(step);
    }

    public void Wake() => _queue.Wake();

    /// <summary>On the loop, when all have heard that it has ended.</summary>
    public void Rest() => _queue.Rest(isOver: true);

    /// <summary>An async void method has begun.</summary>
    public void Begin() => Interlocked.Increment(ref _operations);

    public void End()
    {
        if (Interlocked.Decrement(ref _operations) is 0) Wake();
    }

    /// <summary>On the thread of the loop: runs steps until the loop is to end, and then what is left.</summary>
    /// <param name="isToEnd">Whether the loop is to end. When that changes, the pump is woken.</param>
    public void Run(Func<bool> isToEnd)
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        _thread = Thread.CurrentThread;
        SynchronizationContext.SetSynchronizationContext(Context);
        try
        {
            RunUntil(() => isToEnd() || _faults.Count > 0);
            RunLeftovers();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
            _thread = null;
        }
    }

    private void RunUntil(Func<bool> isOver)
    {
        while (true)
        {
            if (isOver()) return;
            if (_queue.TryTake(out LoopStep? step)) RunStep(step);
            else _queue.Wait();
        }
    }

    private void RunStep(LoopStep step)
    {
        long started = _options.SlowCallbackThreshold is null ? 0 : _options.TimeProvider.GetTimestamp();
        try
        {
            step.Run();
        }
        catch (Exception e)
        {
            TakeFault(e);
        }

        if (_options.SlowCallbackThreshold is { } threshold
            && _options.TimeProvider.GetElapsedTime(started) is var duration
            && duration >= threshold)
        {
            Guard(() => _options.OnSlowCallback!(new SlowCallback(step.ToString(), duration)));
        }

        // A callback may have left another: the next one is of this loop again.
        SynchronizationContext.SetSynchronizationContext(Context);
    }

    // What was queued is run in any case; what comes back later, only while there is time.
    private void RunLeftovers()
    {
        if (_options.Leftovers is EventLoopLeftovers.Drain && _faults.Count is 0) RunForAWhile();
        if (IsAnyLeft || _options.Leftovers is EventLoopLeftovers.Cancel) Guard(_stop.Cancel);
        while (RunForAWhile() && !TryEnd())
        {
        }

        LoopStep[] steps = _queue.Close();
        string[] left =
            [.. Calls.Close(), .. steps.Where(static step => step.Call is null).Select(static step => step.ToString())];
        int voids = Volatile.Read(ref _operations);
        if (voids > 0) left = [.. left, $"{voids} async void methods"];
        if (left.Length > 0 && _options.OnLeftover is { } report) Guard(() => report(left));
        foreach (LoopStep step in steps) _remainder.Add(step);
    }

    // What was taken a moment ago, by a thread that had not heard of the end, is still run here.
    private bool TryEnd() => Calls.TryClose() && _queue.TryClose();

    // Whether all has ended before the time was over.
    private bool RunForAWhile()
    {
        var isOver = false;
        using ITimer timer = _options.TimeProvider.CreateTimer(
            _ =>
            {
                Volatile.Write(ref isOver, true);
                Wake();
            },
            null,
            _options.Grace,
            Timeout.InfiniteTimeSpan);
        while (!Volatile.Read(ref isOver))
        {
            if (_queue.TryTake(out LoopStep? step)) RunStep(step);
            else if (IsAnyLeft) _queue.Wait();
            else return true;
        }

        return false;
    }

    private void TakeFault(Exception fault)
    {
        if (_options.OnUnhandled is { } handler) Unhandled.Call(handler, fault);
        else _faults.Add(fault);
    }

    // What callbacks of the token throw is a fault like that of any callback.
    private void Guard(Action call)
    {
        try
        {
            call();
        }
        catch (Exception e)
        {
            TakeFault(e);
        }
    }
}
