using Polly;
using Polly.Retry;

namespace AsyncKit.Http;

/// <summary>Makes the attempts of a fetch, and the delays between them, by Polly's retry strategy.</summary>
internal static class RetryStrategy
{
    public static ResiliencePipeline<Fetch> Build(HttpFetcherOptions options)
    {
        var builder = new ResiliencePipelineBuilder<Fetch> { TimeProvider = options.TimeProvider };
        if (options.Retry is not { MaxRetryAttempts: > 0 } retry) return builder.Build();
        var strategy = new RetryStrategyOptions<Fetch>
        {
            Name = "AsyncKit.Http.Retry",
            MaxRetryAttempts = retry.MaxRetryAttempts,
            BackoffType = retry.BackoffType,
            Delay = retry.Delay,
            MaxDelay = retry.MaxDelay,
            UseJitter = retry.UseJitter,
            ShouldHandle = static args => new ValueTask<bool>(args.Outcome.Result is { ShouldRetry: true }),
            DelayGenerator = static args => new ValueTask<TimeSpan?>(args.Outcome.Result!.ReplacedDelay),
            OnRetry = static args =>
            {
                args.Outcome.Result!.BeforeRetry(args.RetryDelay);
                return default;
            },
        };
        if (retry.Randomizer is not null) strategy.Randomizer = retry.Randomizer;
        return builder.AddRetry(strategy).Build();
    }
}
