using System.Net;
using AsyncKit.Timing;
using Polly;
using Polly.CircuitBreaker;

namespace AsyncKit.Http;

/// <summary>
/// Brings single requests to their hosts: through the door and the breaker, and tells the gate what came of it.
/// </summary>
/// <remarks>Thread-safe.</remarks>
internal sealed class HostSender(HopSender sender, HostDoor door, HostTable hosts, HttpFetcherOptions options)
{
    /// <summary>Sends one request to its host, when the host lets it through.</summary>
    public async ValueTask<AttemptOutcome> SendAsync(
        RequestHop hop, BodyReading reading, HostState home, Deadline deadline, TimeCut cut)
    {
        if (!options.Outbound.IsUnrestricted && Refuse(hop.Uri) is { } blocked) return blocked;
        HostKey key = hosts.KeyOf(hop.Uri);
        HostState host = key == home.Key ? home : hosts.Take(key);
        HostPass pass = default;
        AttemptOutcome? outcome = null;
        try
        {
            ValueTask<(HostPass, AttemptOutcome?)> entering = door.EnterAsync(host, deadline, cut.Token);
            if (!entering.IsCompleted) cut.Limit(deadline.Remaining);
            (pass, outcome) = await entering.ConfigureAwait(false);
            if (outcome is not null) return outcome;
            TimeSpan sentAt = host.Gate?.Now ?? default;
            outcome = await BreakAsync(hop, reading, host, deadline, cut).ConfigureAwait(false);
            outcome.RemoteAddress = host.RemoteAddress;
            host.LookAtCircuit(outcome);
            Tell(host.Gate, outcome, sentAt);
            return outcome;
        }
        finally
        {
            if (outcome?.Open is null) pass.Dispose();
            else outcome.Pass = pass;
            if (host != home) hosts.GiveBack(host);
        }
    }

    private AttemptOutcome? Refuse(Uri uri)
    {
        try
        {
            options.Outbound.ThrowIfRefused(uri);
            return null;
        }
        catch (OutboundRefusedException e)
        {
            return TransportFailure.Read(e);
        }
    }

    private async ValueTask<AttemptOutcome> BreakAsync(
        RequestHop hop, BodyReading reading, HostState host, Deadline deadline, TimeCut cut)
    {
        if (host.Breaker is null)
        {
            Outcome<AttemptOutcome> sent = await sender.SendAsync(hop, reading, deadline, cut).ConfigureAwait(false);
            sent.ThrowIfException();
            return sent.Result!;
        }

        ResilienceContext context = ResilienceContextPool.Shared.Get(continueOnCapturedContext: false, cut.Token);
        try
        {
            Outcome<AttemptOutcome> sent = await host.Breaker.ExecuteOutcomeAsync(
                static (_, state) => state.Sender.SendAsync(state.Hop, state.Reading, state.Deadline, state.Cut),
                context,
                (Sender: sender, Hop: hop, Reading: reading, Deadline: deadline, Cut: cut)).ConfigureAwait(false);
            if (sent.Exception is BrokenCircuitException broken) return IsOpen(broken);
            sent.ThrowIfException();
            return sent.Result!;
        }
        finally
        {
            ResilienceContextPool.Shared.Return(context);
        }
    }

    private AttemptOutcome IsOpen(BrokenCircuitException broken) => new()
    {
        Failure = FetchFailure.CircuitOpen,
        Exception = broken,
        IsUnsent = true,
        IsTransient = options.Compatibility is FetchCompatibility.AsyncKit,
        RetryAfter = broken.RetryAfter,
    };

    private void Tell(HostGate? gate, AttemptOutcome outcome, TimeSpan sentAt)
    {
        if (outcome.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable)
        {
            TimeSpan? asked = options.Retry is { ShouldRetryAfterHeader: false } ? null : outcome.RetryAfter;
            gate?.Close(outcome.StatusCode.Value, asked, sentAt);
        }
        else if (outcome.IsGood) gate?.Open();
    }
}
