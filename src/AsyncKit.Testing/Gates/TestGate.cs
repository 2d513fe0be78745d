using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A gate at which the code under test waits until the test lets it through.</summary>
/// <remarks>
/// <para><b>Order.</b> Waiters pass in the order in which they came. What <see cref="Release"/> grants while nobody
/// waits is remembered, so it does not matter whether the test or the code under test comes first.</para>
/// <para><b>Cancellation.</b> A cancelled waiter has taken nothing: what would have let it through lets the next one
/// through. It has arrived nevertheless, and stays in <see cref="Arrivals"/>.</para>
/// <para>Thread-safe. Code that waited goes on in its own context or on the thread pool, never inside
/// <see cref="Open"/>, <see cref="Release"/> or a cancellation.</para>
/// </remarks>
[DebuggerDisplay("Open = {IsOpen}, Waiting = {Waiting}, Arrivals = {Arrivals}, Granted = {_granted}")]
public sealed class TestGate
{
    // Guards the fields below.
    private readonly Lock _sync = new();
    private readonly LinkedList<GateWaiter> _waiters = new();
    private readonly LinkedList<GateWaiter> _watchers = new();
    private long _granted;
    private int _arrivals;
    private bool _isOpen;

    /// <summary>Whether the gate was opened for good.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_sync) return _isOpen;
        }
    }

    /// <summary>How many wait at the gate now.</summary>
    public int Waiting
    {
        get
        {
            lock (_sync) return _waiters.Count;
        }
    }

    /// <summary>How many have come so far: those that passed and those that gave up too.</summary>
    public int Arrivals
    {
        get
        {
            lock (_sync) return _arrivals;
        }
    }

    /// <summary>Arrives at the gate and waits to be let through.</summary>
    /// <param name="cancellationToken">Ends the wait. Cancelled before the call, it is no arrival.</param>
    /// <returns>A task that completes when the waiter is let through; at once when the gate is open, or when a
    /// <see cref="Release"/> came before.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled; it has taken nothing.</exception>
    public Task WaitAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        List<GateWaiter> watchers;
        GateWaiter? waiter = null;
        lock (_sync)
        {
            _arrivals++;
            watchers = TakeSatisfiedWatchers();
            if (!_isOpen && _granted is 0) waiter = new GateWaiter(_sync, _waiters);
            else if (!_isOpen) _granted--;
        }

        foreach (GateWaiter watcher in watchers) watcher.Complete();
        return waiter?.WaitAsync(cancellationToken) ?? Task.CompletedTask;
    }

    /// <summary>Waits until code has arrived at the gate.</summary>
    /// <param name="count">How many arrivals in total, from 1: those before the call count.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when so many have arrived; at once when they have already.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task ArrivedAsync(int count = 1, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        GateWaiter watcher;
        lock (_sync)
        {
            if (_arrivals >= count) return Task.CompletedTask;
            watcher = new GateWaiter(_sync, _watchers) { Number = count };
        }

        return watcher.WaitAsync(cancellationToken);
    }

    /// <summary>Opens the gate for good: it lets through all that wait and all that come.</summary>
    /// <remarks>Opening it again does nothing.</remarks>
    public void Open()
    {
        GateWaiter[] released;
        lock (_sync)
        {
            _isOpen = true;
            _granted = 0;
            released = [.. _waiters];
            _waiters.Clear();
        }

        foreach (GateWaiter waiter in released) waiter.Complete();
    }

    /// <summary>Lets a number through: first those that wait, in the order in which they came.</summary>
    /// <param name="count">How many, from 1. What no waiter takes is remembered for those that come.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public void Release(int count = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        List<GateWaiter> released = [];
        lock (_sync)
        {
            if (_isOpen) return;
            for (; count > 0 && _waiters.First is { } first; count--)
            {
                _waiters.RemoveFirst();
                released.Add(first.Value);
            }

            _granted += count;
        }

        foreach (GateWaiter waiter in released) waiter.Complete();
    }

    private List<GateWaiter> TakeSatisfiedWatchers()
    {
        List<GateWaiter> satisfied = [];
        for (LinkedListNode<GateWaiter>? node = _watchers.First, next; node is not null; node = next)
        {
            next = node.Next;
            if (node.Value.Number > _arrivals) continue;
            _watchers.Remove(node);
            satisfied.Add(node.Value);
        }

        return satisfied;
    }
}
