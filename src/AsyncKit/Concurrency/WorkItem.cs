using System.Diagnostics;
using AsyncKit.Errors;
using AsyncKit.Synchronization;

namespace AsyncKit.Concurrency;

/// <summary>An item that was taken from a <see cref="WorkQueue{T}"/>, to be worked on.</summary>
/// <typeparam name="T">The type of the item.</typeparam>
/// <remarks>
/// <para>The attempt ends once, by the first of <see cref="Complete"/>, <see cref="Requeue"/> and
/// <see cref="Dispose"/>; after that they do nothing. So let a <c>using</c> hold it, and complete it when the work is
/// done: an exception then fails the attempt.</para>
/// <para>A copy is the same attempt; <c>default</c> is none. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("{Value}, Attempt = {Attempt}")]
public readonly struct WorkItem<T> : IDisposable
{
    private readonly Hold<WorkQueue<T>>? _hold;
    private readonly long _number;

    internal WorkItem(Hold<WorkQueue<T>> hold, in WorkEntry<T> entry)
    {
        _hold = hold;
        _number = hold.Number;
        Value = entry.Value;
        Attempt = entry.Attempt;
    }

    /// <summary>The item.</summary>
    public T Value { get; }

    /// <summary>How often the item has been taken, this time included: from 1.</summary>
    public int Attempt { get; }

    internal bool IsNone => _hold is null;

    /// <summary>Finishes the item: its work is done.</summary>
    public void Complete() => _hold?.Owner.Finish(_hold, _number);

    /// <summary>Puts the item back, for another attempt, however many there were.</summary>
    /// <remarks>It stands behind all others, or by its priority. It needs no room, and is let in when the queue has
    /// been completed, but not when pending items are discarded: then it counts as finished.</remarks>
    public void Requeue() => PutBack(Attempt + 1);

    /// <summary>Fails the attempt, if it has not ended yet: the item is put back, or has failed for good when it has
    /// had all its attempts. Never throws.</summary>
    public void Dispose()
    {
        try
        {
            Fail(fault: null);
        }
        catch (Exception e)
        {
            Unhandled.Throw(e);
        }
    }

    /// <summary>Fails the attempt; throws the fault when there is neither another attempt nor a handler.</summary>
    internal void Fail(Exception? fault) => _hold?.Owner.Fail(this, _hold, _number, fault);

    /// <summary>Puts the item back as if it had not been taken. Never throws.</summary>
    internal void GiveBack()
    {
        try
        {
            PutBack(Attempt);
        }
        catch (Exception)
        {
            // A comparer. The attempt fails by that, then.
            Dispose();
        }
    }

    private void PutBack(int nextAttempt) => _hold?.Owner.PutBack(_hold, _number, Value, nextAttempt);
}
