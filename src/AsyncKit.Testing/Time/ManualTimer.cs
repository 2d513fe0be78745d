using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace AsyncKit.Testing;

/// <summary>A timer of a virtual clock, whose lock guards what can change in it.</summary>
[DebuggerDisplay("Due = {Due}, Period = {Period}")]
internal sealed class ManualTimer(ITimerClock clock, TimerCallback callback, object? state) : ITimer
{
    // What the timers of TimeProvider.System accept.
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    // As real timers do: the callback sees the AsyncLocals of the code that made the timer,
    // not of the one that moves the clock.
    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    public static IComparer<ManualTimer> ByDueTime { get; } = Comparer<ManualTimer>.Create(static (a, b) =>
    {
        int byDue = a.Due.CompareTo(b.Due);
        return byDue is 0 ? a.Number.CompareTo(b.Number) : byDue;
    });

    /// <summary>When the timer fires next, as time passed on the clock.</summary>
    public TimeSpan Due { get; set; }

    /// <summary>The time between two firings; zero or infinite: it fires once.</summary>
    public TimeSpan Period { get; set; }

    /// <summary>Orders timers that are due at the same moment.</summary>
    public long Number { get; set; }

    public bool IsDisposed { get; set; }

    /// <summary>The strand of a test that made it; <see langword="null"/> on a clock moved by hand.</summary>
    public Strand? Strand { get; init; }

    /// <summary>Counts the changes: what was about to fire before a change does not.</summary>
    public int Version { get; set; }

    /// <summary>Whether a type of the framework made it, such as <c>Task.Delay</c>.</summary>
    public bool IsOfTheFramework => callback.Method.Module.Assembly == typeof(object).Assembly;

    /// <summary>What fires, for people.</summary>
    public string Name => $"timer of {(state is Task task ? AwaitedNames.Of(task) : MethodNames.Of(callback.Method))}";

    public static void ThrowIfOutOfRange(TimeSpan time, [CallerArgumentExpression(nameof(time))] string? name = null)
    {
        if ((time < TimeSpan.Zero && time != Timeout.InfiniteTimeSpan) || time > _longest)
        {
            throw new ArgumentOutOfRangeException(
                name,
                time,
                $"A timer's time must be Timeout.InfiniteTimeSpan or from 0 to {_longest}, but was {time}.");
        }
    }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        ThrowIfOutOfRange(dueTime);
        ThrowIfOutOfRange(period);
        return clock.Schedule(this, dueTime, period);
    }

    public void Dispose() => clock.Remove(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return default;
    }

    public void Fire()
    {
        SynchronizationContext? callers = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            Invoke();
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(callers);
        }
    }

    /// <summary>Calls the callback where the caller is.</summary>
    public void Invoke()
    {
        if (_context is null) callback(state);
        else ExecutionContext.Run(_context, new ContextCallback(callback), state);
    }
}
