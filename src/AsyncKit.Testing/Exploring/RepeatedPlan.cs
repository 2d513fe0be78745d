namespace AsyncKit.Testing;

/// <summary>One strategy, with timers that fire early in every other run, and completions that are posted in every
/// other two.</summary>
internal sealed class RepeatedPlan(Strategy strategy, ExploreOptions options) : SchedulePlan
{
    public override bool TryNext(int number, out Schedule schedule)
    {
        schedule = new Schedule(strategy)
        {
            FiresEarly = options.EarlyTimers && number % 2 is 1,
            PostsCompletions = options.PostedCompletions && number / 2 % 2 is 1,
        };
        return true;
    }
}
