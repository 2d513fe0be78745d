namespace AsyncKit.Testing;

/// <summary>Waits for the thread pool to become quiet, for one run, while the pool also does the work of
/// others.</summary>
/// <remarks>
/// A worker that is busy and not at a gate either has work of others, or is on its way to a gate. The latter takes some
/// microseconds once it has a processor, so those that stay are the former. How long a thread may have to wait for a
/// processor is seen by this wait itself, from how late it comes to look again.
/// </remarks>
internal sealed class PoolWatch
{
    private const int GapFactor = 4;

    private static readonly TimeSpan _leastSteady = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan _leastSteadyWhenKnown = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(20);

    // Workers that were found to have work of others, and how much the pool had done then, and how often workers had
    // come to gates and gone. After any of that the same number may be of other workers.
    private int _others;
    private long _doneWhenFound;
    private int _movesWhenFound;

    private long _start;
    private long _doneAtStart;
    private long _ahead;
    private long _lastLook;
    private long _steadySince;
    private TimeSpan _longestGap;
    private int _busy;

    /// <summary>Begins a wait.</summary>
    public void Begin()
    {
        _start = _lastLook = _steadySince = RealTime.Now;
        _doneAtStart = ThreadPool.CompletedWorkItemCount;
        _ahead = ThreadPool.PendingWorkItemCount + ThreadPool.ThreadCount;
        _longestGap = TimeSpan.Zero;
        _busy = -1;
    }

    /// <summary>Looks again.</summary>
    /// <param name="acceptsPast">Whether it is enough that the pool has done what was ahead.</param>
    public bool IsQuiet(bool acceptsPast)
    {
        long now = RealTime.Now;
        TimeSpan gap = RealTime.Between(_lastLook, now);
        if (gap > _longestGap) _longestGap = gap;
        _lastLook = now;

        int moves = PoolActivity.Moves;
        long pending = ThreadPool.PendingWorkItemCount;
        int busy = Math.Max(0, PoolActivity.BusyElsewhere);
        if (busy < _others) _others = busy;
        long done = ThreadPool.CompletedWorkItemCount;
        bool areKnown = busy <= _others && done == _doneWhenFound && moves == _movesWhenFound;
        if (pending is 0 && (busy is 0 || areKnown) && PoolActivity.Moves == moves) return true;
        if (pending is not 0 || busy != _busy)
        {
            _busy = busy;
            _steadySince = now;
            return acceptsPast && IsPastAllAhead(done);
        }

        if (RealTime.Between(_steadySince, now) < Needed(busy)) return false;
        _others = busy;
        _doneWhenFound = done;
        _movesWhenFound = moves;
        return true;
    }

    private TimeSpan Needed(int busy)
    {
        TimeSpan least = busy <= _others ? _leastSteadyWhenKnown : _leastSteady;
        TimeSpan byGap = _longestGap * GapFactor;
        return byGap > least ? byGap : least;
    }

    // A pool that others keep full is never quiet. Its queue is first in, first out: when it has done all that was
    // ahead, what the test has queued has been taken too. Except for what one of its workers has queued for itself, and
    // then blocked.
    private bool IsPastAllAhead(long done) => RealTime.Since(_start) > _patience && done - _doneAtStart > 2 * _ahead;
}
