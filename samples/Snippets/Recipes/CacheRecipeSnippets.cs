using AsyncKit.Testing;

namespace AsyncKit.Snippets.Recipes;

public class CacheRecipeSnippets
{
    #region recipe-cache
    private sealed class RateCache(
        Func<CancellationToken, Task<decimal>> loadAsync, TimeSpan lifetime, TimeProvider time)
    {
        private readonly SemaphoreSlim _gate = new(initialCount: 1, maxCount: 1);
        private (decimal Rate, long LoadedAt)? _entry; // guarded by the gate

        public async Task<decimal> GetAsync(CancellationToken cancellationToken = default)
        {
            await _gate.WaitAsync(cancellationToken);
            try
            {
                if (_entry is not { } entry || time.GetElapsedTime(entry.LoadedAt) >= lifetime)
                    _entry = entry = (await loadAsync(cancellationToken), time.GetTimestamp());
                return entry.Rate;
            }
            finally
            {
                _gate.Release();
            }
        }
    }

    [Fact]
    public Task TheRate_IsLoadedOnceForAllWhoAsk_AndAgainAfterTenMinutes() => AsyncTest.RunAsync(async env =>
    {
        List<TimeSpan> loads = [];
        var cache = new RateCache(LoadAsync, lifetime: TimeSpan.FromMinutes(10), env.Time);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => cache.GetAsync())));
        Assert.Equal([TimeSpan.Zero], loads);

        await env.DelayAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        await cache.GetAsync();
        Assert.Single(loads);

        await env.DelayAsync(TimeSpan.FromMilliseconds(1));
        await cache.GetAsync();
        Assert.Equal(2, loads.Count);

        async Task<decimal> LoadAsync(CancellationToken cancellationToken)
        {
            loads.Add(env.Elapsed);
            await env.DelayAsync(TimeSpan.FromSeconds(2), cancellationToken);
            return 1.08m;
        }
    });

    [Fact]
    public Task ACallerWhoGivesUp_LeavesTheLoadToTheNext() => AsyncTest.RunAsync(async env =>
    {
        var cache = new RateCache(LoadAsync, lifetime: TimeSpan.FromMinutes(10), env.Time);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), env.Time);

        Task<decimal> first = cache.GetAsync(patience.Token);
        Task<decimal> second = cache.GetAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Assert.Equal(1.08m, await second);
        Assert.Equal(TimeSpan.FromSeconds(1 + 2), env.Elapsed);

        async Task<decimal> LoadAsync(CancellationToken cancellationToken)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(2), cancellationToken);
            return 1.08m;
        }
    });
    #endregion
}
