namespace AsyncKit.Testing;

/// <summary>Cancels the test before each of its steps; then anywhere, in schedules of a portfolio.</summary>
internal sealed class CancelPlan(ulong seed, ExploreOptions options) : SchedulePlan
{
    private readonly Strategy _first = new FifoStrategy();
    private readonly PortfolioPlan _portfolio = new(seed, options);
    private RandomNumbers _random = new(seed);
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

    // The run ended, or could not go on, before its step came.
    public override void Ended(TestRun run)
    {
        int cancelAt = run.Scheduler.Decisions!.Schedule.CancelAt;
        if (_last is null && run.Scheduler.Decisions.CancelledBefore != cancelAt - 1) _last = cancelAt;
    }
}
