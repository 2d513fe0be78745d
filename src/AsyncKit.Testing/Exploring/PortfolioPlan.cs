namespace AsyncKit.Testing;

/// <summary>Several strategies by turns, since each finds bugs that another one misses.</summary>
/// <remarks>The first schedule is that of a run without exploration. Of each four that follow, one delays a few steps,
/// two go by chance, with completions inlined and posted, and one goes by priorities, with bugs of several depths in
/// mind. In every other four, timers fire early.</remarks>
internal sealed class PortfolioPlan(ulong seed, ExploreOptions options) : SchedulePlan
{
    private readonly Strategy _first = new FifoStrategy();
    private readonly Strategy _delays = new DelayBoundedStrategy(seed, delays: 2);
    private readonly Strategy _random = new RandomStrategy(seed);

    private readonly Strategy[] _priorities =
        [new PctStrategy(seed, depth: 2), new PctStrategy(seed, depth: 3), new PctStrategy(seed, depth: 5)];

    public override bool TryNext(int number, out Schedule schedule)
    {
        int round = number / 4;
        schedule = (number % 4) switch
        {
            0 => new Schedule(number is 0 ? _first : _delays),
            1 => new Schedule(_random),
            2 => new Schedule(_random) { PostsCompletions = true },
            _ => new Schedule(_priorities[round % _priorities.Length]) { PostsCompletions = round / 2 % 2 is 1 },
        };
        schedule = schedule with
        {
            FiresEarly = options.EarlyTimers && number % 4 is not 0 && round % 2 is 1,
            PostsCompletions = options.PostedCompletions && schedule.PostsCompletions,
        };
        return true;
    }
}
