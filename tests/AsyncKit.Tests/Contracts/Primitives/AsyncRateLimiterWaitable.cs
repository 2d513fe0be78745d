using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>One permit a minute: it is given back by the clock.</summary>
internal sealed class AsyncRateLimiterWaitable : SignalWaitable
{
    private static readonly TimeSpan _period = TimeSpan.FromMinutes(1);

    private readonly CountedClock? _clock;
    private readonly AsyncRateLimiter _limiter;

    public AsyncRateLimiterWaitable(TimeProvider? clock)
    {
        // Where the clock is that of a test on virtual time, it moves by itself.
        clock ??= new CountedClock();
        _clock = clock as CountedClock;
        _limiter = new AsyncRateLimiter(1, _period, name: "law", timeProvider: clock);
    }

    public override Traits Traits => (base.Traits & ~Traits.Blocks) | Traits.OneAtATime | Traits.Timed;

    public override object Primitive => _limiter;

    public override int WaiterCount => _limiter.WaiterCount;

    public override bool IsTaken => _limiter.CurrentPermits < 1;

    public override Grant TryNow() => new(_limiter.TryAcquire());

    public override void Occupy() => Assert.True(_limiter.TryAcquire());

    public override void LetGo() => _clock?.Advance(_period);

    public override void EndUse(Grant grant) => _clock?.Advance(_period);

    protected override ValueTask PassAsync(CancellationToken cancellationToken) =>
        _limiter.AcquireAsync(1, cancellationToken);

    protected override ValueTask PassAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _limiter.AcquireAsync(1, timeout, cancellationToken);

    protected override ValueTask<bool> TryPassAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _limiter.TryAcquireAsync(1, timeout, cancellationToken);
}
