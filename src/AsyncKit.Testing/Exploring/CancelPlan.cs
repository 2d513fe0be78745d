namespace AsyncKit.Testing;

/// <summary>Cancels the test before each of its steps; then anywhere, in schedules of a portfolio.</summary>
internal sealed class CancelPlan(ulong seed, ExploreOptions options) : SchedulePlan
{
    private readonly Strategy _first = new FifoStrategy();
    private readonly PortfolioPlan _portfolio = new(seed, options);
    private RandomNumbers _random = RandomNumbers.For(seed, run: -1);
    private int _next = 1;
    private int? _last;

    public override bool TryNext(int number, out Schedule schedule)
    {
        if (_last is not { } last)
        {
            schedule = new Schedule(_first) { CancelAt = _next++ };
            return true;
        }

        bool hasNext = _portfolio.TryNext(number, out schedule);
        schedule = schedule with { CancelAt = 1 + _random.Below(last) };
        return hasNext;
    }

    public override AsyncTestException? Complaint => _last is not null ? null : new AsyncTestException(
        AsyncTestFailure.Assertion,
        $"The test has more steps than ExploreOptions.Schedules, {options.Schedules}: not each was cancelled.");

    // The run ended, or could not go on, before its step came.
    public override void Ended(TestRun run)
    {
        Decisions decisions = run.Scheduler.Decisions!;
        int cancelAt = decisions.Schedule.CancelAt;
        if (_last is null && (decisions.CancelledBefore ?? 0) < cancelAt - 1) _last = cancelAt;
    }
}
