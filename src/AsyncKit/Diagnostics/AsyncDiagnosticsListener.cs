using System.Runtime.ExceptionServices;

namespace AsyncKit.Diagnostics;

/// <summary>Hears what goes on inside asynchronous primitives; tests and tools derive from it.</summary>
/// <remarks>
/// <para>Each member is called on the thread, and with the <see cref="AsyncLocal{T}"/> values, of the operation it is
/// about, never under a lock of a primitive. Calls come from many threads at a time, and from the whole process: tell
/// by the object or by an <see cref="AsyncLocal{T}"/> which are meant.</para>
/// <para>At a scheduling point a listener may wait. It must not use the object that the event is about, and what it
/// uses of other primitives raises events of its own, inside the call.</para>
/// <para>A subscription may begin or end in the middle of things: be ready for an end without its beginning.</para>
/// <para>Members that are not overridden do nothing.</para>
/// </remarks>
public abstract class AsyncDiagnosticsListener
{
    /// <summary>An asynchronous operation is about to take something, and has taken nothing yet.</summary>
    /// <param name="source">The primitive.</param>
    /// <param name="operation">What it is about to do, such as "take a permit".</param>
    /// <returns>
    /// A task that lets the operation go on when it completes. When it faults or is cancelled, the operation ends with
    /// that and has taken nothing. No token ends the wait: the listener has to complete what it held up.
    /// </returns>
    protected internal virtual ValueTask OnSchedulingPointAsync(object source, string operation) => default;

    /// <summary>A synchronous operation is about to have its effect, which may let others go on.</summary>
    /// <remarks>It may block the thread. It cannot make the operation fail.</remarks>
    /// <param name="source">The primitive.</param>
    /// <param name="operation">What it is about to do, such as "give a permit back".</param>
    protected internal virtual void OnSchedulingPoint(object source, string operation)
    {
    }

    /// <summary>Work was handed to a thread that has not started it yet.</summary>
    /// <param name="source">Whose thread it is.</param>
    /// <returns>What <see cref="OnExternalWorkEnded"/> is to get back; not looked at.</returns>
    protected internal virtual object? OnExternalWorkBegun(object source) => null;

    /// <summary>The work has been started, or was dropped. Called once for each beginning that returned.</summary>
    /// <remarks>Also called when the subscription has ended since the beginning.</remarks>
    /// <param name="source">Whose thread it is.</param>
    /// <param name="state">What <see cref="OnExternalWorkBegun"/> of this listener returned.</param>
    protected internal virtual void OnExternalWorkEnded(object source, object? state)
    {
    }

    /// <summary>A wait has begun: the resource was not to be had at once.</summary>
    /// <param name="resource">What is waited for.</param>
    /// <param name="waiter">Who waits; its text is its name in a report.</param>
    protected internal virtual void OnWaiting(object resource, object waiter)
    {
    }

    /// <summary>A wait has ended: granted, cancelled or timed out. What is granted to hold is reported next.</summary>
    /// <param name="resource">What was waited for.</param>
    /// <param name="waiter">Who waited.</param>
    protected internal virtual void OnWaitEnded(object resource, object waiter)
    {
    }

    /// <summary>A resource is held from now on, whether it was waited for or not.</summary>
    /// <param name="resource">What is held, maybe by several, maybe several times by one.</param>
    /// <param name="holder">Who holds it: the one that waited, if there was a wait.</param>
    protected internal virtual void OnHeld(object resource, object holder)
    {
    }

    /// <summary>A resource is about to be given back. Comes before any report of the next holder.</summary>
    /// <param name="resource">What was held.</param>
    /// <param name="holder">Who held it.</param>
    protected internal virtual void OnReleased(object resource, object holder)
    {
    }

    /// <summary>A task begins: a group, a child, a run, an item. Called in its flow, before its code.</summary>
    /// <remarks>What this sets in an <see cref="AsyncLocal{T}"/> is there in the code of the task, and in what that
    /// starts.</remarks>
    /// <param name="task">The task; its text is its name in a report.</param>
    /// <param name="parent">What it is a part of; <see langword="null"/>: the task in whose flow this is called, if
    /// there is any.</param>
    protected internal virtual void OnTaskBegun(object task, object? parent)
    {
    }

    /// <summary>A task has ended: with success or not, or without having begun its code.</summary>
    /// <param name="task">The task.</param>
    protected internal virtual void OnTaskEnded(object task)
    {
    }

    /// <summary>Takes what another member of this listener threw.</summary>
    /// <remarks>
    /// <para>Only what comes out of <see cref="OnSchedulingPointAsync"/> ends the operation instead. All other members
    /// are called in the middle of a release, or when a permit was just granted: an exception there would lose the
    /// permit. So the primitive goes on, and the exception comes here.</para>
    /// <para>Must not throw: there is nobody left to take it, so it ends the process.</para>
    /// </remarks>
    /// <param name="fault">What was thrown.</param>
    protected internal abstract void OnFault(Exception fault);

    internal void Call<T>(Action<AsyncDiagnosticsListener, object, T> member, object source, T detail)
    {
        try
        {
            member(this, source, detail);
        }
        catch (Exception e)
        {
            TakeFault(e);
        }
    }

    internal void TakeFault(Exception fault)
    {
        try
        {
            OnFault(fault);
        }
        catch (Exception e)
        {
            // Neither the primitive, which must go on, nor the listener takes it: unhandled, as it would be in a timer.
            var both = new AggregateException("A listener threw, and so did its OnFault.", fault, e);
            ThreadPool.UnsafeQueueUserWorkItem(ExceptionDispatchInfo.Throw, both, preferLocal: false);
        }
    }
}
