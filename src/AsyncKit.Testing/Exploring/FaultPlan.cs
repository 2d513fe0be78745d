namespace AsyncKit.Testing;

/// <summary>Lets each fault that the test can meet happen once; then any, in schedules of a portfolio.</summary>
internal sealed class FaultPlan(ulong seed, ExploreOptions options) : SchedulePlan
{
    private readonly Strategy _first = new FifoStrategy();
    private readonly PortfolioPlan _portfolio = new(seed, options);
    private RandomNumbers _random = RandomNumbers.For(seed, run: -1);
    private int _next;

    // How many faults a run has met, or could have, at most.
    private int _faults;

    public override AsyncTestException? Complaint =>
        _faults is 0
            ? Wrong("No run came to a place where something can go wrong: call TestEnv.FaultPoint, or use Chaos.")
        : _next <= _faults
            ? Wrong($"The test can meet more faults than ExploreOptions.Schedules, {options.Schedules}, let happen.")
        : null;

    public override bool TryNext(int number, out Schedule schedule)
    {
        if (_next <= _faults)
        {
            schedule = new Schedule(_first) { FaultAt = _next++ };
            return true;
        }

        bool hasNext = _portfolio.TryNext(number, out schedule);
        schedule = schedule with { FaultAt = _faults is 0 ? 0 : 1 + _random.Below(_faults) };
        return hasNext;
    }

    public override void Ended(TestRun run) => _faults = Math.Max(_faults, run.Scheduler.Decisions!.Faults);

    private static AsyncTestException Wrong(string message) => new(AsyncTestFailure.Assertion, message);
}
