using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Takes the decisions of an explored run, and keeps them, so that it can be run again.</summary>
[DebuggerDisplay("Made = {_count}")]
internal sealed class Decisions
{
    // Most runs are to get beyond the first of many points.
    private const double FaultChance = 0.15;

    private Choice[] _made = new Choice[64];
    private int _count;
    private int _faults;

    /// <summary>How the current run is decided.</summary>
    public Schedule Schedule { get; private set; }

    public bool PostsCompletions => Schedule.PostsCompletions;

    /// <summary>The decisions of the run so far. Not changed by later ones, but overwritten by the next run.</summary>
    public ReadOnlySpan<Choice> Made => _made.AsSpan(0, _count);

    /// <summary>How many faults the run could have met so far.</summary>
    public int Faults => _faults;

    /// <summary>Whether a thread has come to the gate of a run that was over, which nobody had looked for.</summary>
    public bool HadLateGuest { get; set; }

    /// <summary>Whether something was posted that would have run inside a completion, before the rest of a
    /// step.</summary>
    public bool CompletionWasPosted { get; set; }

    /// <summary>The fault that was thrown last.</summary>
    public Exception? Injected { get; set; }

    /// <summary>Why a replay cannot go on, if the test was told.</summary>
    public DivergedException? Diverged { get; private set; }

    /// <summary>What the doubles of the test did of their own, for the report.</summary>
    public List<string> Mishaps { get; } = [];

    /// <summary>The step whose turn it was, where another one was taken.</summary>
    public Step? PassedOver { get; private set; }

    /// <summary>What the test is cancelled by.</summary>
    public CancellationTokenSource? Cancellation { get; set; }

    /// <summary>The step before which it was cancelled; <see langword="null"/>: it was not.</summary>
    public int? CancelledBefore { get; private set; }

    public void Begin(in Schedule schedule)
    {
        Schedule = schedule;
        _count = 0;
        _faults = 0;
        Injected = null;
        Diverged = null;
        Mishaps.Clear();
        Cancellation = null;
        CancelledBefore = null;
        CompletionWasPosted = false;
    }

    /// <summary>Which step is next: its index, or the number of steps when the clock jumps first.</summary>
    public int NextStep(ReadySteps ready, bool mayJump)
    {
        mayJump &= Schedule.FiresEarly;
        int count = mayJump ? ready.Count + 1 : ready.Count;
        if (count is 1)
        {
            HaveNone();
            Schedule.Strategy.OnlyStep(ready);
            return 0;
        }

        int next = Keep(count, Schedule.Strategy.NextStep(ready, mayJump));
        PassedOver = next is 0 ? null : ready[0];
        return next;
    }

    /// <summary>The next step is no choice.</summary>
    public void HaveNone() => PassedOver = null;

    /// <summary>Cancels the test if the schedule says so.</summary>
    /// <param name="step">The number of the next step; zero: the test has not begun.</param>
    public void CancelBefore(int step)
    {
        if (Schedule.CancelAt > 0 && CancelledBefore is null && step >= Schedule.CancelAt - 1) Cancel(step);
    }

    /// <summary>Cancels the test, if it is to be and was not yet, since without that it would not go on.</summary>
    /// <returns>Whether it was.</returns>
    public bool CancelAtLast(int step)
    {
        if (Schedule.CancelAt is 0 || CancelledBefore is not null || Cancellation is null) return false;
        Cancel(step);
        return true;
    }

    public int Choose(int count, double chance)
    {
        if (count is 1) return 0;
        try
        {
            return Keep(count, Schedule.Strategy.Choose(count, chance));
        }
        catch (DivergedException e)
        {
            // In the middle of the test, which may catch it.
            Diverged = e;
            throw;
        }
    }

    /// <summary>Whether something goes wrong where it could.</summary>
    /// <param name="kinds">In how many ways it could.</param>
    /// <returns>In which, from 1; zero: in none.</returns>
    public int ChooseFault(int kinds)
    {
        int before = _faults;
        _faults += kinds;
        if (Schedule.FaultAt is not { } at) return Choose(kinds + 1, FaultChance);
        return at > before && at <= _faults ? at - before : 0;
    }

    /// <summary>Whether a double does something of its own that is not a fault.</summary>
    /// <param name="kinds">What it could do.</param>
    /// <returns>Which, from 1; zero: nothing.</returns>
    public int ChooseMishap(int kinds) => Choose(kinds + 1, FaultChance);

    private void Cancel(int step)
    {
        if (Cancellation is null) return;
        CancelledBefore = step;
        Cancellation.Cancel();
    }

    private int Keep(int count, int chosen)
    {
        if (_count == _made.Length) Array.Resize(ref _made, _count * 2);
        _made[_count++] = new Choice(count, chosen);
        return chosen;
    }
}
