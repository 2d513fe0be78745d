using AsyncKit.Testing;
using Polly;
using Polly.Retry;

namespace AsyncKit.Snippets.Recipes;

public class RetryRecipeSnippets
{
    #region recipe-retry
    [Fact]
    public Task AReport_IsDelivered_AtTheFourthAttempt() => AsyncTest.RunAsync(async env =>
    {
        List<TimeSpan> attempts = [];
        ResiliencePipeline retry = RetryOn(env.Time);

        await retry.ExecuteAsync(_ => DeliverAsync(answersFrom: 4));

        Assert.Equal([0, 1, 3, 7], attempts.Select(attempt => attempt.TotalSeconds));

        attempts.Clear();
        await Assert.ThrowsAsync<IOException>(() => retry.ExecuteAsync(_ => DeliverAsync(answersFrom: 5)).AsTask());
        Assert.Equal(4, attempts.Count);

        await AsyncAssert.CancelsAsync(
            token => retry.ExecuteAsync(_ => DeliverAsync(answersFrom: int.MaxValue), token).AsTask(),
            within: TimeSpan.Zero,
            effect: () => attempts.Count);

        async ValueTask DeliverAsync(int answersFrom)
        {
            attempts.Add(env.Elapsed);
            await env.YieldAsync();
            if (attempts.Count < answersFrom) throw new IOException("no line");
        }
    });

    private static ResiliencePipeline RetryOn(TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<IOException>(),
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
            })
            .Build();
    #endregion
}
