using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Cancels an operation while it waits, and looks at how it ends and at what it leaves behind.</summary>
[DebuggerDisplay("{_site.Subject,nq} within {_within}")]
internal sealed class CancellationCheck
{
    // How long the effect is watched after the end, outside of a test: real time is dear.
    private static readonly TimeSpan _watched = TimeSpan.FromMilliseconds(100);

    private readonly AssertionSite _site;
    private readonly TimeSpan _within;
    private readonly Func<object?>? _effect;

    // What the operation starts runs in this strand too, and is known by it.
    private readonly Strand? _strand;

    public CancellationCheck(AssertionSite site, TimeSpan within, Func<object?>? effect)
    {
        _site = site;
        _within = within;
        _effect = effect;
        if (site.Run is { } run) _strand = new Strand(run.Scheduler, "cancelled operation");
    }

    public async Task<OperationCanceledException> RunAsync(Func<CancellationToken, Task> operation)
    {
        using var source = new CancellationTokenSource();
        Task running = StartAsync(operation, source.Token);
        await WaitUntilItWaitsAsync().ConfigureAwait(false);
        if (running.IsCompleted) throw EndedTooEarly(running);

        // Taken as the operation ends, before anything else can run.
        Task<object?>? atEnd = _effect is null ? null : running.ContinueWith(
            static (_, effect) => ((Func<object?>)effect!)(),
            _effect,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        Cancel(source);
        if (!await _site.EndsAsync(running, _within).ConfigureAwait(false))
            throw _site.Failure($"{_site.Subject} did not end within {_within} after it was cancelled.");
        OperationCanceledException end = await EndOfAsync(running).ConfigureAwait(false);
        CheckToken(end, source.Token);
        await CheckWhatIsLeftAsync(atEnd).ConfigureAwait(false);
        return end;
    }

    // An async method: the strand flows down and not back, and what the operation throws is in the task.
    private async Task StartAsync(Func<CancellationToken, Task> operation, CancellationToken cancellationToken)
    {
        if (_strand is not null)
        {
            Gate.Assign(_strand);
            SynchronizationContext.SetSynchronizationContext(_strand.Context);
        }

        await operation(cancellationToken).ConfigureAwait(false);
    }

    // The yield makes the cancellation a step of the test, as any other code of it is.
    private async Task WaitUntilItWaitsAsync()
    {
        if (_site.Env is not { } env) return;
        await env.IdleAsync().ConfigureAwait(false);
        await env.YieldAsync().ConfigureAwait(false);
    }

    // Not CancelAsync: the callbacks run here, as they do when production code calls Cancel.
    private void Cancel(CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (AggregateException e)
        {
            throw _site.Failure(
                $"{_site.Subject} registered a callback with the token that threw when it was cancelled.",
                e.InnerException);
        }
    }

    private async Task<OperationCanceledException> EndOfAsync(Task running)
    {
        try
        {
            await running.ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            return e;
        }
        catch (Exception e)
        {
            throw _site.Failure($"{_site.Subject} was cancelled, but ended with another exception.", e);
        }

        throw _site.Failure($"{_site.Subject} completed, although it was cancelled while it waited.");
    }

    private void CheckToken(OperationCanceledException end, CancellationToken given)
    {
        if (end.CancellationToken == given) return;
        string found = end.CancellationToken == CancellationToken.None ? "no token" : "another token";
        throw _site.Failure(
            $"{_site.Subject} was cancelled, but its {end.GetType().Name} carries {found} instead of the one it got. "
                + "Code that links tokens throws with the token of its caller.");
    }

    private async Task CheckWhatIsLeftAsync(Task<object?>? atEnd)
    {
        object? before = atEnd is null ? null : await atEnd.ConfigureAwait(false);
        if (_site.Run is { } run)
        {
            await CheckEffectAsync(before, TimeSpan.Zero).ConfigureAwait(false);
            await run.Env.IdleAsync().ConfigureAwait(false);
            IReadOnlyList<string> left = PendingMethods.Of(run.Scheduler, _strand);
            if (left.Count > 0)
            {
                throw _site.Failure(
                    $"{_site.Subject} has ended, but of what it started still runs:\n  {string.Join("\n  ", left)}");
            }

            if (run.Loop.MovesByItself)
            {
                TimeSpan settled = _within == Timeout.InfiniteTimeSpan ? AssertionSite.DefaultLimit : _within;
                await CheckEffectAsync(before, settled).ConfigureAwait(false);
            }
        }
        else
        {
            await CheckEffectAsync(before, _watched).ConfigureAwait(false);
        }
    }

    private async Task CheckEffectAsync(object? before, TimeSpan during)
    {
        object? after = before;
        string? when = null;
        if (_effect is null || !await _site.MeetsAsync(HasChanged, during).ConfigureAwait(false)) return;
        throw _site.Failure($"{_site.Subject} has ended, but its effect changed from {before} to {after} {when}.");

        bool HasChanged()
        {
            after = _effect();
            if (Equals(before, after)) return false;
            when = _site.Now;
            return true;
        }
    }

    private AsyncTestException EndedTooEarly(Task running)
    {
        string end = running.IsFaulted ? "failed" : running.IsCanceled ? "been cancelled" : "completed";
        return _site.Failure(
            $"{_site.Subject} should have been waiting when it was cancelled, but had already {end}.",
            running.Exception?.InnerException);
    }
}
