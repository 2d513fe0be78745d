using System.Diagnostics;
using System.Net;
using AsyncKit.Concurrency;
using AsyncKit.Synchronization;
using Polly;
using Polly.CircuitBreaker;

namespace AsyncKit.Http;

/// <summary>All that is remembered of one host while it is in use: its gate, permits, breaker and budget.</summary>
[DebuggerDisplay("{Key}, Users = {Users}")]
internal sealed class HostState
{
    private readonly CircuitBreakerStateProvider? _circuit;

    public HostState(HostKey key, HttpFetcherOptions options)
    {
        Key = key;
        if (options.HostGate is { } gate) Gate = new HostGate(gate, options.TimeProvider);
        if (options.Budget is { } budget) Budget = new RetryBudget(budget, options.TimeProvider);
        if (options.RateLimiter is { } limiter) Permits = new ConcurrencyLimit(limiter.PermitLimitPerHost);
        if (options.RateLimiter?.RequestsPerSecondPerHost is { } rate)
            Rate = new AsyncRateLimiter(rate, TimeSpan.FromSeconds(1), burst: 1, timeProvider: options.TimeProvider);
        if (options.CircuitBreaker is { } breaker)
        {
            _circuit = new CircuitBreakerStateProvider();
            Breaker = Build(breaker, _circuit, options.TimeProvider);
        }
    }

    public HostKey Key { get; }

    public HostGate? Gate { get; }

    public RetryBudget? Budget { get; }

    public ConcurrencyLimit? Permits { get; }

    public AsyncRateLimiter? Rate { get; }

    public ResiliencePipeline<AttemptOutcome>? Breaker { get; }

    /// <summary>The address that the newest connection to the host was made to.</summary>
    public IPAddress? RemoteAddress { get; set; }

    /// <summary>How many fetches use it at this moment. Guarded by the table, as the next.</summary>
    public int Users { get; set; }

    /// <summary>Since when nobody uses it.</summary>
    public long IdleSince { get; set; }

    public bool IsCircuitOpen => _circuit is { CircuitState: not CircuitState.Closed };

    /// <summary>Whether nothing is lost by forgetting it, once nobody uses it.</summary>
    public bool MayForget => !IsCircuitOpen && Gate?.Pause.Wait is not { Ticks: > 0 }
        && (Permits is null || Permits.CurrentCount == Permits.Value);

    private static ResiliencePipeline<AttemptOutcome> Build(
        FetchCircuitBreakerOptions options, CircuitBreakerStateProvider circuit, TimeProvider timeProvider) =>
        new ResiliencePipelineBuilder<AttemptOutcome> { TimeProvider = timeProvider }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<AttemptOutcome>
            {
                Name = "AsyncKit.Http.CircuitBreaker",
                FailureRatio = options.FailureRatio,
                MinimumThroughput = options.MinimumThroughput,
                SamplingDuration = options.SamplingDuration,
                BreakDuration = options.BreakDuration,
                StateProvider = circuit,
                ShouldHandle = static args => new ValueTask<bool>(args.Outcome.Result is { IsTransient: true }),
            })
            .Build();
}
