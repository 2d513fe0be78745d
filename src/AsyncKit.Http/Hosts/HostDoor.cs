using System.Net;
using System.Security.Cryptography;
using AsyncKit.Concurrency;
using AsyncKit.Synchronization;
using AsyncKit.Timing;

namespace AsyncKit.Http;

/// <summary>
/// Lets requests through to a host, one after the other: past its gate, at its pace, with the permits they need.
/// </summary>
internal sealed class HostDoor
{
    // Those that a gate held back do not all come in the same instant.
    private static readonly TimeSpan _spread = TimeSpan.FromMilliseconds(250);

    private readonly HttpFetcherOptions _options;
    private readonly ConcurrencyLimit? _all;

    public HostDoor(HttpFetcherOptions options)
    {
        _options = options;
        if (options.RateLimiter is { } limiter)
            _all = limiter.Shared ?? new ConcurrencyLimit(limiter.DefaultRateLimiterOptions.PermitLimit);
    }

    /// <summary>How many requests are under way, and how many wait for a permit over all.</summary>
    public (int InFlight, int Waiting) Load =>
        _all is null ? default : (_all.Value - _all.CurrentCount, _all.WaiterCount);

    private bool HoldsOutside => _options.RateLimiter is { HoldPermitWhileWaiting: true };

    /// <summary>Takes the permit that is held for a whole fetch, where the options want that.</summary>
    /// <returns>The permit; or why the fetch must not wait for it.</returns>
    public ValueTask<(HostPass Pass, AttemptOutcome? Refusal)> EnterForAllAsync(CancellationToken cancellationToken) =>
        HoldsOutside ? TakeAsync(host: default, cancellationToken) : default;

    /// <summary>Waits until a request may be sent to a host.</summary>
    /// <returns>The permits; or why the request must not wait for them.</returns>
    public async ValueTask<(HostPass Pass, AttemptOutcome? Refusal)> EnterAsync(
        HostState host, Deadline deadline, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (host.Gate is { } gate && gate.Pause is { Wait.Ticks: > 0 } pause)
            {
                if (Refuse(pause.Wait, pause.Status, deadline) is { } refusal) return (default, refusal);
                await DelayAsync(pause.Wait + Spread(), cancellationToken).ConfigureAwait(false);
                continue;
            }

            if (host.Rate is not null) await host.Rate.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
            AsyncSemaphore.Lease lease = default;
            if (host.Permits is { } permits && !permits.TryAcquire(out lease))
                lease = await permits.AcquireAsync(cancellationToken).ConfigureAwait(false);

            // While the permit was waited for, another request may have been told to stay away.
            if (host.Gate?.Pause.Wait is { Ticks: > 0 }) lease.Dispose();
            else if (HoldsOutside) return (new HostPass(lease, all: default), null);
            else return await TakeAsync(lease, cancellationToken).ConfigureAwait(false);
        }
    }

    private async ValueTask<(HostPass Pass, AttemptOutcome? Refusal)> TakeAsync(
        AsyncSemaphore.Lease host, CancellationToken cancellationToken)
    {
        if (_all is null) return (new HostPass(host, all: default), null);
        if (_all.TryAcquire(out AsyncSemaphore.Lease all)) return (new HostPass(host, all), null);
        try
        {
            if (_all.WaiterCount < _options.RateLimiter!.DefaultRateLimiterOptions.QueueLimit)
                return (new HostPass(host, await _all.AcquireAsync(cancellationToken).ConfigureAwait(false)), null);
        }
        catch
        {
            host.Dispose();
            throw;
        }

        host.Dispose();
        return (default, new AttemptOutcome { Failure = FetchFailure.RateLimited, IsUnsent = true });
    }

    private AttemptOutcome? Refuse(TimeSpan wait, HttpStatusCode status, Deadline deadline) =>
        _options.IsTooLong(wait, deadline)
            ? AttemptOutcome.Paused(wait, status, _options.TimeProvider.GetUtcNow())
            : null;

    private TimeSpan Spread() => _options.Retry is { UseJitter: true } retry
        ? _spread * (retry.Randomizer?.Invoke() ?? RandomNumberGenerator.GetInt32(1000) / 1000.0)
        : TimeSpan.Zero;

    private Task DelayAsync(TimeSpan wait, CancellationToken cancellationToken) =>
        Task.Delay(Moments.ToTimer(wait), _options.TimeProvider, cancellationToken);
}
