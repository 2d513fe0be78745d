using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>Something that need not hold yet, but soon.</summary>
[DebuggerDisplay("{_site.Subject,nq} within {_within}")]
internal sealed class Eventually
{
    private readonly AssertionSite _site;
    private readonly TimeSpan _within;
    private readonly Func<bool>? _failFast;

    public Eventually(AssertionSite site, TimeSpan within, Func<bool>? failFast)
    {
        _site = site;
        _within = within;
        _failFast = failFast;
    }

    public async Task HoldsAsync(Func<bool> condition)
    {
        var probe = new Probe(condition);
        var isHopeless = false;
        bool isDecided = await _site.MeetsAsync(IsDecided, _within).ConfigureAwait(false);
        if (isHopeless) throw Hopeless(probe.LastFailure);
        if (!isDecided) throw Late(probe.LastFailure);

        bool IsDecided() => probe.Holds() || (isHopeless = _failFast?.Invoke() is true);
    }

    public async Task HoldsAsync(Func<ValueTask<bool>> condition)
    {
        Exception? lastFailure = null;
        var pace = new LookPace(_site);
        var isLast = false;
        while (true)
        {
            pace.Begin();
            Task<bool> look = LookAsync();
            if (!await _site.EndsAsync(look, _site.Left(_within)).ConfigureAwait(false))
                throw Late(lastFailure, " It still runs.");
            if (await look.ConfigureAwait(false)) return;
            if (_failFast?.Invoke() is true) throw Hopeless(lastFailure);
            if (isLast) throw Late(lastFailure);
            await pace.NextAsync(_site.Left(_within)).ConfigureAwait(false);
            isLast = _site.Left(_within) == TimeSpan.Zero;
        }

        async Task<bool> LookAsync()
        {
            try
            {
                bool holds = await condition().ConfigureAwait(false);
                lastFailure = null;
                return holds;
            }
            catch (Exception e) when (Probe.MayPass(e))
            {
                lastFailure = e;
                return false;
            }
        }
    }

    private AsyncTestException Late(Exception? lastFailure, string more = "") =>
        _site.Failure($"{_site.Subject} did not hold within {_within}.{more}", lastFailure);

    private AsyncTestException Hopeless(Exception? lastFailure) => _site.Failure(
        $"{_site.Subject} did not hold, and {_site.Now} the fail-fast condition says that it never will.", lastFailure);
}
