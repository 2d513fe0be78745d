using System.Threading.Tasks.Sources;
using AsyncKit.Diagnostics;

namespace AsyncKit.Synchronization;

/// <summary>A queue of those who wait for something to happen, and hold nothing then.</summary>
internal abstract class SignalQueue(object owner, TimeProvider? timeProvider, string operation)
    : WaitQueue(owner, timeProvider)
{
    private readonly object _owner = owner;

    public ValueTask WaitAsync(long request, in WaitLimits limits)
    {
        if (WatchedWait.IsWanted) return WatchedWaitAsync(request, limits);
        if (TryPassAtOnce(request, limits)) return ValueTask.CompletedTask;
        SignalWaiter waiter = Wait(request, limits, isBlocking: false);
        return new ValueTask(waiter, waiter.Version);
    }

    public ValueTask<bool> TryWaitAsync(long request, in WaitLimits limits)
    {
        if (WatchedWait.IsWanted) return WatchedTryWaitAsync(request, limits);
        if (TryPassAtOnce(request, limits)) return new ValueTask<bool>(true);
        SignalWaiter waiter = Wait(request, limits, isBlocking: false);
        return new ValueTask<bool>(waiter, waiter.Version);
    }

    /// <summary>Blocks the thread until it may pass.</summary>
    /// <returns>Whether it may: of a wait that only tries, the time may have passed first.</returns>
    public bool Wait(long request, in WaitLimits limits)
    {
        bool isWatched = WatchedWait.IsWanted;
        if (isWatched) AsyncDiagnostics.SchedulingPoint(_owner, operation);
        else if (TryPassAtOnce(request, limits)) return true;
        SignalWaiter waiter = Wait(request, limits, isBlocking: true);
        if (isWatched) waiter.WatchAs(NewWatchedWait());
        waiter.Block();
        return waiter.HasPassed(waiter.Version);
    }

    /// <summary>Waits, unless one may pass at once who asks for this.</summary>
    protected virtual Waiter StandInLine(long request, in WaitLimits limits, bool isBlocking) =>
        Wait(Waiters, request, limits, isBlocking);

    /// <summary>Whether one may pass who asks for this; what the passing uses up is taken. Under the gate.</summary>
    protected abstract bool TryPass(long request);

    protected sealed override bool TryTake(Waiter waiter) => TryPass(waiter.Request);

    protected sealed override Waiter CreateWaiter() => new SignalWaiter(this);

    private bool TryPassAtOnce(long request, in WaitLimits limits)
    {
        if (limits.Token.IsCancellationRequested) return false;
        Enter();
        bool passes = Waiters.First is null && TryPass(request);
        Exit();
        return passes;
    }

    private SignalWaiter Wait(long request, in WaitLimits limits, bool isBlocking) =>
        (SignalWaiter)StandInLine(request, limits, isBlocking);

    private ValueTask WatchedWaitAsync(long request, WaitLimits limits) =>
        WatchedWait.BeginAsync(_owner, operation, () =>
        {
            SignalWaiter waiter = WaitWatched(request, limits);
            return new ValueTask(waiter, waiter.Version);
        });

    private ValueTask<bool> WatchedTryWaitAsync(long request, WaitLimits limits) =>
        WatchedWait.BeginAsync(_owner, operation, () =>
        {
            SignalWaiter waiter = WaitWatched(request, limits);
            return new ValueTask<bool>(waiter, waiter.Version);
        });

    private SignalWaiter WaitWatched(long request, in WaitLimits limits)
    {
        SignalWaiter waiter = Wait(request, limits, isBlocking: false);
        waiter.WatchAs(NewWatchedWait());
        return waiter;
    }

    private sealed class SignalWaiter(SignalQueue queue) : Waiter(queue), IValueTaskSource, IValueTaskSource<bool>
    {
        public bool HasPassed(short token) => Take(token, out _, out _);

        void IValueTaskSource.GetResult(short token) => Take(token, out _, out _);

        bool IValueTaskSource<bool>.GetResult(short token) => Take(token, out _, out _);
    }
}
