namespace AsyncKit.Testing;

/// <summary>Every schedule there is: first with completions that are posted, then, where it could matter, with inlined
/// ones.</summary>
internal sealed class ExhaustivePlan(int? maxPreemptions, ExploreOptions options) : SchedulePlan
{
    private ExhaustiveStrategy _strategy = new(maxPreemptions);
    private bool _posts = options.PostedCompletions;
    private bool _inliningMatters;
    private bool _isComplete;

    // With a bound, all that it allows is not all there is.
    public override bool IsComplete => _isComplete && maxPreemptions is null;

    public override bool TryNext(int number, out Schedule schedule)
    {
        schedule = default;
        if (number > 0 && !_strategy.Advance())
        {
            _isComplete = !_posts || !_inliningMatters;
            if (_isComplete) return false;
            _posts = false;
            _strategy = new ExhaustiveStrategy(maxPreemptions);
        }

        schedule = new Schedule(_strategy) { FiresEarly = options.EarlyTimers, PostsCompletions = _posts };
        return true;
    }

    // Inlined, it would have gone before the rest of a step.
    public override void Ended(TestRun run) =>
        _inliningMatters |= run.Scheduler.Decisions!.CompletionWasPosted;
}
