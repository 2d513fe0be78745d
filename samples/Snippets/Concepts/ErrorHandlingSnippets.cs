using AsyncKit.Testing;
using Polly;
using Polly.Retry;

namespace AsyncKit.Snippets.Concepts;

public class ErrorHandlingSnippets
{
    [Fact]
    public async Task ARetry_RunsOnTheClockItIsGiven()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var timeProvider = new ManualTimeProvider();
        var attempts = 0;

        ValueTask<string> ReadPriceAsync(CancellationToken token) =>
            ++attempts < 3 ? throw new IOException("no line") : ValueTask.FromResult("9.50");

        #region error-handling
        ResiliencePipeline retry = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<IOException>(), // only what may pass
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromSeconds(1),
                BackoffType = DelayBackoffType.Exponential,
            })
            .Build();

        ValueTask<string> price = retry.ExecuteAsync(ReadPriceAsync, cancellationToken);
        #endregion

        timeProvider.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(2, attempts);
        timeProvider.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("9.50", await price);
        Assert.Equal(3, attempts);
    }
}
