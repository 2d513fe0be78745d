using System.Runtime.ExceptionServices;

namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A thread that waits for a primitive by a blocking call.</summary>
internal sealed class Blocked
{
    private readonly Thread _thread;
    private Grant _grant;
    private Exception? _fault;

    private Blocked(Func<Grant> wait)
    {
        _thread = new Thread(() =>
        {
            try
            {
                _grant = wait();
            }
            catch (Exception e)
            {
                _fault = e;
            }
        })
        {
            IsBackground = true,
        };
    }

    public bool HasEnded => !_thread.IsAlive;

    public bool IsWaiting => _thread.ThreadState.HasFlag(ThreadState.WaitSleepJoin);

    /// <summary>Starts a thread, and returns when it waits.</summary>
    public static Blocked On(
        Waitable waitable, Form form, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        int before = waitable.Has(Traits.Counts) ? waitable.WaiterCount : 0;
        Blocked blocked = Begin(() => waitable.Wait(form, timeout, cancellationToken));
        if (waitable.Has(Traits.Counts)) Limit.Until(() => waitable.WaiterCount == before + 1);
        else Limit.Until(() => blocked.IsWaiting);
        return blocked;
    }

    public static Blocked On(Waitable waitable, CancellationToken cancellationToken = default) =>
        On(waitable, Form.Plain, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Starts a thread.</summary>
    public static Blocked Begin(Func<Grant> wait)
    {
        var blocked = new Blocked(wait);
        blocked._thread.Start();
        return blocked;
    }

    public void Interrupt() => _thread.Interrupt();

    /// <summary>Waits for the end of the thread.</summary>
    /// <returns>What its wait gave, if that did not throw.</returns>
    public Grant Result()
    {
        Assert.True(_thread.Join(Limit.Long), "The thread is still blocked.");
        if (_fault is not null) ExceptionDispatchInfo.Throw(_fault);
        return _grant;
    }
}
