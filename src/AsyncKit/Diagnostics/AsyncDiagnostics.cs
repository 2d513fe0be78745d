using System.Runtime.CompilerServices;

namespace AsyncKit.Diagnostics;

/// <summary>Lets tests and tools listen to what goes on inside asynchronous primitives.</summary>
/// <remarks>
/// <para><b>Cost.</b> Nobody listens in production. A primitive then reads one static field on its fast path, by
/// <see cref="IsEnabled"/>, and calls nothing else of this class.</para>
/// <para><b>Order and threads.</b> Listeners are called one after the other, in the order of their subscription, on the
/// thread that raises the event and before the call returns.</para>
/// <para><b>Errors.</b> What a listener throws at an asynchronous scheduling point comes out of it, and the listeners
/// behind are not asked. All other members never throw what a listener throws: it goes to
/// <see cref="AsyncDiagnosticsListener.OnFault"/>, and the next listener is called.</para>
/// <para><b>For authors of primitives.</b> Raise no event under a lock. A scheduling point comes before the operation
/// has taken anything; ask the token after it.</para>
/// <para>Thread-safe.</para>
/// </remarks>
public static class AsyncDiagnostics
{
    private const DiagnosticEvents All = DiagnosticEvents.SchedulingPoints
        | DiagnosticEvents.ExternalWork | DiagnosticEvents.Waits | DiagnosticEvents.Tasks;

    /// <summary>All events that somebody listens to.</summary>
    // No field of this class has an initialiser: to read this one, nothing asks whether they have run.
    internal static DiagnosticEvents Enabled { get; set; }

    /// <summary>Whether somebody listens to any of some events.</summary>
    /// <remarks>
    /// An operation that begins after a subscription was made sees it; one that runs meanwhile may see it or not.
    /// </remarks>
    /// <param name="events">The events, one or several.</param>
    /// <returns>Whether it is worth raising them.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsEnabled(DiagnosticEvents events) => (Enabled & events) is not DiagnosticEvents.None;

    /// <summary>Calls a listener for some events of the whole process, until the subscription is disposed.</summary>
    /// <param name="events">The events, one or several.</param>
    /// <param name="listener">The listener; subscribed twice, it is called twice.</param>
    /// <returns>
    /// The subscription. An event that another thread is raising may still arrive just after it was disposed. Disposing
    /// twice is harmless.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="listener"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException">
    /// <paramref name="events"/> is <see cref="DiagnosticEvents.None"/>, or has an unknown bit.
    /// </exception>
    public static IDisposable Subscribe(DiagnosticEvents events, AsyncDiagnosticsListener listener)
    {
        ArgumentNullException.ThrowIfNull(listener);
        if (events is DiagnosticEvents.None || (events & ~All) is not DiagnosticEvents.None)
        {
            throw new ArgumentOutOfRangeException(
                nameof(events), events, $"events must be one or several of {All}, but was {events}.");
        }

        return Subscribers.Add(events, listener);
    }

    /// <summary>Lets each listener hold the operation up before it takes anything.</summary>
    /// <param name="source">The primitive.</param>
    /// <param name="operation">What it is about to do, in a few constant words such as "take a permit".</param>
    /// <returns>
    /// A task to be awaited once, complete when nobody listens. Of a single listener it is the task that this one
    /// returned, so that the listener decides where the operation goes on. It carries what a listener throws.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static ValueTask SchedulingPointAsync(object source, string operation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(operation);
        return Subscribers.Current.ToSchedulingPoints switch
        {
            [] => default,
            [var only] => PassAsync(only, source, operation),
            var several => PassAsync(several, source, operation),
        };
    }

    /// <summary>Lets each listener hold the thread up before an operation has its effect.</summary>
    /// <param name="source">The primitive.</param>
    /// <param name="operation">What it is about to do, in a few constant words such as "give a permit back".</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static void SchedulingPoint(object source, string operation)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(operation);
        foreach (AsyncDiagnosticsListener listener in Subscribers.Current.ToSchedulingPoints)
            listener.Call(static (to, source, operation) => to.OnSchedulingPoint(source, operation), source, operation);
    }

    /// <summary>Reports that a wait has begun. Its end is to be reported by <see cref="WaitEnded"/>.</summary>
    /// <param name="resource">What is waited for; its text is its name in a report.</param>
    /// <param name="waiter">Who waits; its text is its name in a report.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static void Waiting(object resource, object waiter)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(waiter);
        Report(static (to, resource, waiter) => to.OnWaiting(resource, waiter), resource, waiter);
    }

    /// <summary>Reports that a wait has ended, however it ended. What it was granted is reported next.</summary>
    /// <param name="resource">What was waited for.</param>
    /// <param name="waiter">Who waited.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static void WaitEnded(object resource, object waiter)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(waiter);
        Report(static (to, resource, waiter) => to.OnWaitEnded(resource, waiter), resource, waiter);
    }

    /// <summary>Reports that a resource is held. The end is to be reported by <see cref="Released"/>.</summary>
    /// <param name="resource">What is held; its text is its name in a report.</param>
    /// <param name="holder">Who holds it: the one that waited, if there was a wait.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static void Held(object resource, object holder)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(holder);
        Report(static (to, resource, holder) => to.OnHeld(resource, holder), resource, holder);
    }

    /// <summary>
    /// Reports that a resource is about to be given back: before it is, so that the next holder comes after.
    /// </summary>
    /// <param name="resource">What is held.</param>
    /// <param name="holder">Who holds it.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public static void Released(object resource, object holder)
    {
        ArgumentNullException.ThrowIfNull(resource);
        ArgumentNullException.ThrowIfNull(holder);
        Report(static (to, resource, holder) => to.OnReleased(resource, holder), resource, holder);
    }

    /// <summary>Reports that a task begins: a piece of work with a name. Its end is to be reported by
    /// <see cref="TaskEnded"/>, however it ends.</summary>
    /// <remarks>
    /// Called in the flow of the task, before its code: a listener may set an <see cref="AsyncLocal{T}"/>, which tells
    /// it later to which task a wait belongs. So call it where the context of the caller is put back, such as in an
    /// asynchronous method; when it returns, its caller has its own context again.
    /// </remarks>
    /// <param name="task">The task, such as a group or a child of it; its text is its name in a report.</param>
    /// <param name="parent">The task that it is a part of; <see langword="null"/>: the one that runs where this is
    /// called, if there is any, and which waits for its end.</param>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is <see langword="null"/>.</exception>
    public static void TaskBegun(object task, object? parent = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        foreach (AsyncDiagnosticsListener listener in Subscribers.Current.ToTasks)
            listener.Call(static (to, task, parent) => to.OnTaskBegun(task, parent), task, parent);
    }

    /// <summary>Reports that a task has ended, however it ended. On any thread.</summary>
    /// <param name="task">The task.</param>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is <see langword="null"/>.</exception>
    public static void TaskEnded(object task)
    {
        ArgumentNullException.ThrowIfNull(task);
        foreach (AsyncDiagnosticsListener listener in Subscribers.Current.ToTasks)
            listener.Call(static (to, task, _) => to.OnTaskEnded(task), task, false);
    }

    private static ValueTask PassAsync(AsyncDiagnosticsListener listener, object source, string operation)
    {
        try
        {
            return listener.OnSchedulingPointAsync(source, operation);
        }
        catch (Exception e)
        {
            return ValueTask.FromException(e);
        }
    }

    private static async ValueTask PassAsync(AsyncDiagnosticsListener[] listeners, object source, string operation)
    {
        foreach (AsyncDiagnosticsListener listener in listeners)
            await listener.OnSchedulingPointAsync(source, operation).ConfigureAwait(false);
    }

    private static void Report(
        Action<AsyncDiagnosticsListener, object, object> member, object resource, object waiterOrHolder)
    {
        foreach (AsyncDiagnosticsListener listener in Subscribers.Current.ToWaits)
            listener.Call(member, resource, waiterOrHolder);
    }
}
