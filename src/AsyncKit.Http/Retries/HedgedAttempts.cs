using AsyncKit.Concurrency;

namespace AsyncKit.Http;

/// <summary>Runs attempts beside each other, each some time after the one before, until one does well.</summary>
internal sealed class HedgedAttempts(FetchHedgingOptions options, RetryBudget? budget, TimeProvider timeProvider)
{
    private readonly TaskRaceOptions _race = new() { TimeProvider = timeProvider };
    private AttemptOutcome? _failed;

    public async ValueTask<AttemptOutcome> RunAsync(
        Func<CancellationToken, ValueTask<AttemptOutcome>> attempt, CancellationToken cancellationToken)
    {
        IEnumerable<Func<CancellationToken, ValueTask<AttemptOutcome>>> contenders =
            from number in Enumerable.Range(0, options.MaxHedgedAttempts + 1)
            select (Func<CancellationToken, ValueTask<AttemptOutcome>>)(token => RunAsync(number, attempt, token));
        try
        {
            return await TaskRace.StaggeredAsync(contenders, options.Delay, _race, cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception e) when (_failed is not null && IsLoss(e))
        {
            return _failed;
        }
    }

    private static bool IsLoss(Exception exception) => exception is LostException
        || (exception is AggregateException all && all.InnerExceptions.All(IsLoss));

    private async ValueTask<AttemptOutcome> RunAsync(
        int number, Func<CancellationToken, ValueTask<AttemptOutcome>> attempt, CancellationToken cancellationToken)
    {
        if (number > 0 && budget?.TryAddRetry() is false) throw new LostException();
        AttemptOutcome outcome = await attempt(cancellationToken).ConfigureAwait(false);
        if (!outcome.IsTransient) return outcome;
        Interlocked.Exchange(ref _failed, outcome)?.Dispose();
        throw new LostException();
    }

    /// <summary>An attempt of which another may do better.</summary>
    private sealed class LostException : Exception;
}
