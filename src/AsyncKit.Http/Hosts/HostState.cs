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
    private readonly FetchCircuitBreakerOptions? _breaking;
    private readonly FetchLog _log;
    private bool _isToldOpen;

    public HostState(HostKey key, HttpFetcherOptions options, FetchLog log)
    {
        Key = key;
        _log = log;
        _breaking = options.CircuitBreaker;
        if (options.HostGate is { } gate) Gate = new HostGate(gate, options.TimeProvider, key, log);
        if (options.Budget is { } budget) Budget = new RetryBudget(budget, options.TimeProvider);
        if (options.RateLimiter is { } limiter) Permits = new ConcurrencyLimit(limiter.PermitLimitPerHost);
        if (options.RateLimiter?.RequestsPerSecondPerHost is { } rate)
            Rate = new AsyncRateLimiter(rate, TimeSpan.FromSeconds(1), burst: 1, timeProvider: options.TimeProvider);
        if (_breaking is null) return;
        _circuit = new CircuitBreakerStateProvider();
        Breaker = Build(_breaking, _circuit, options.TimeProvider);
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

    /// <summary>After an attempt: tells of a breaker that has opened, once until it is closed again.</summary>
    /// <remarks>Not by the breaker's event, which comes on another thread, and is waited for by the attempt.</remarks>
    public void LookAtCircuit(AttemptOutcome outcome)
    {
        if (_circuit is null || (!outcome.IsTransient && !Volatile.Read(ref _isToldOpen))) return;
        bool isOpen = IsCircuitOpen;
        if (!Interlocked.Exchange(ref _isToldOpen, isOpen) && isOpen)
            _log.BreakerOpened(Key, _breaking!.BreakDuration);
    }

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
