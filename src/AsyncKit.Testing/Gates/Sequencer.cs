using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Makes the steps of code that runs concurrently happen in one order: 0, 1, 2, and so on.</summary>
/// <remarks>
/// <para>Put <c>using (await sequencer.StepAsync(n))</c> around each step, in whatever task it stands. A step begins
/// when the one before it has ended. Each number is for one step: using it again throws.</para>
/// <para><b>A step that does not happen.</b> When the wait for a step is cancelled, or <see cref="Break"/> was called,
/// the steps after it throw an <see cref="InvalidOperationException"/> instead of waiting for ever; those before it
/// still come in their order. A step whose body throws has ended, and the next begins. A number that no code ever asks
/// for cannot be told from one that is late: the steps after it wait.</para>
/// <para>Thread-safe. A step that waited goes on in its own context or on the thread pool, never inside the end of the
/// one before.</para>
/// </remarks>
[DebuggerDisplay("Next = {_next}, Running = {_isRunning}, Waiting = {_waiters.Count}, Broken = {IsBroken}")]
public sealed class Sequencer
{
    // Guards the fields below.
    private readonly Lock _sync = new();
    private readonly LinkedList<GateWaiter> _waiters = new();
    private readonly Dictionary<int, GateWaiter> _waiterOf = [];
    private readonly HashSet<int> _used = [];
    private int _next;
    private bool _isRunning;
    private int _lastPossible = int.MaxValue;
    private string? _breakReason;

    /// <summary>Whether a step can no longer happen, so that those after it throw.</summary>
    public bool IsBroken
    {
        get
        {
            lock (_sync) return _breakReason is not null;
        }
    }

    /// <summary>Waits until all steps before this one have ended, and begins it.</summary>
    /// <param name="number">The number of the step, from 0.</param>
    /// <param name="cancellationToken">Ends the wait, which breaks the sequencer: this step will not happen.</param>
    /// <returns>The step that has begun; disposing of it ends it.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="number"/> is negative.</exception>
    /// <exception cref="InvalidOperationException">
    /// The number was used before, or a step before it will not happen.
    /// </exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public ValueTask<Lease> StepAsync(int number, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(number);
        bool isCancelled = cancellationToken.IsCancellationRequested;
        GateWaiter? waiter = null;
        lock (_sync)
        {
            if (!_used.Add(number))
                throw new InvalidOperationException($"Step {number} was used before: each number is for one step.");
            if (number > _lastPossible) throw Broken(number);
            if (!isCancelled && number == _next && !_isRunning)
            {
                _isRunning = true;
                return ValueTask.FromResult(new Lease(this, number));
            }

            if (!isCancelled)
            {
                waiter = new GateWaiter(_sync, _waiters) { Number = number };
                _waiterOf.Add(number, waiter);
            }
        }

        if (waiter is not null) return WaitAsync(waiter, cancellationToken);
        BreakAfterCancelled(number);
        return ValueTask.FromCanceled<Lease>(cancellationToken);
    }

    /// <summary>
    /// Says that the steps to come will not happen: those that wait throw, and those that are asked for.
    /// </summary>
    /// <param name="reason">Why, for their messages.</param>
    /// <remarks>A step that runs now may end. Breaking it again does nothing.</remarks>
    public void Break(string? reason = null)
    {
        int last;
        lock (_sync) last = _isRunning ? _next : _next - 1;
        BreakAfter(last, reason ?? "the sequencer was broken");
    }

    private async ValueTask<Lease> WaitAsync(GateWaiter waiter, CancellationToken cancellationToken)
    {
        await waiter.WaitAsync(cancellationToken, () => BreakAfterCancelled(waiter.Number)).ConfigureAwait(false);
        return new Lease(this, waiter.Number);
    }

    private void BreakAfterCancelled(int number) => BreakAfter(number, $"the wait for step {number} was cancelled");

    private void BreakAfter(int number, string reason)
    {
        List<(GateWaiter Waiter, Exception Fault)> failed = [];
        lock (_sync)
        {
            if (number >= _lastPossible) return;
            _lastPossible = number;
            _breakReason = reason;
            foreach (GateWaiter waiter in _waiters.Where(waiter => waiter.Number > number))
                failed.Add((waiter, Broken(waiter.Number)));
            foreach ((GateWaiter waiter, _) in failed) Remove(waiter);
        }

        foreach ((GateWaiter waiter, Exception fault) in failed) waiter.Fail(fault);
    }

    private void End(int number)
    {
        GateWaiter? next;
        lock (_sync)
        {
            // A step that is disposed of twice has ended once.
            if (!_isRunning || number != _next) return;
            _next++;
            _isRunning = _waiterOf.TryGetValue(_next, out next) && next.IsInLine;
            if (!_isRunning) return;
            Remove(next!);
        }

        next!.Complete();
    }

    private void Remove(GateWaiter waiter)
    {
        _waiters.Remove(waiter.Node);
        _waiterOf.Remove(waiter.Number);
    }

    private InvalidOperationException Broken(int number) =>
        new($"Step {number} cannot happen: {_breakReason}.");

    /// <summary>A step that has begun. Disposing of it ends it and lets the next begin.</summary>
    /// <remarks>
    /// Never throws; doing it twice, through a copy too, does no more. The default value is no step.
    /// </remarks>
    public readonly struct Lease : IDisposable
    {
        private readonly Sequencer? _sequencer;
        private readonly int _number;

        internal Lease(Sequencer sequencer, int number)
        {
            _sequencer = sequencer;
            _number = number;
        }

        /// <summary>Ends the step.</summary>
        public void Dispose() => _sequencer?.End(_number);
    }
}
