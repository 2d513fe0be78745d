namespace AsyncKit.Testing;

/// <summary>Says when to look again at what did not hold.</summary>
internal sealed class LookPace(AssertionSite site)
{
    // Looks that take steps would bring about each other for ever, and the clock would stand still.
    private const int MaxLooksAtOneMoment = 10;

    private static readonly TimeSpan _shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _longest = TimeSpan.FromMilliseconds(50);

    private TimeSpan _delay = _shortest;
    private TimeSpan? _moment;
    private int _looks;
    private int _steps;

    /// <summary>Before a look: what happens from now on is a reason to look again.</summary>
    public void Begin()
    {
        if (site.Run is not { } run) return;
        _looks = run.Time.Elapsed == _moment ? _looks + 1 : 1;
        _moment = run.Time.Elapsed;
        _steps = run.Trace.Count;
    }

    /// <summary>Waits until it is worth looking again.</summary>
    public Task NextAsync(TimeSpan limit) => site.Run is null ? DelayAsync(limit) : ChangeAsync(site.Run, limit);

    /// <summary>Waits a little, each time longer.</summary>
    public async Task DelayAsync(TimeSpan limit)
    {
        TimeSpan delay = limit != Timeout.InfiniteTimeSpan && limit < _delay ? limit : _delay;
        await Task.Delay(delay, site.Clock).ConfigureAwait(false);
        if (_delay < _longest) _delay = TimeSpan.FromTicks(Math.Min(_longest.Ticks, _delay.Ticks * 2));
    }

    private async Task ChangeAsync(TestRun run, TimeSpan limit)
    {
        await site.MeetsAsync(HasChanged, limit).ConfigureAwait(false);
        await run.Env.IdleAsync().ConfigureAwait(false);

        bool HasChanged() =>
            run.Time.Elapsed != _moment || (_looks < MaxLooksAtOneMoment && run.Trace.Count != _steps);
    }
}
