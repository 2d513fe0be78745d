using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class ExploringSnippets
{
    #region exploring
    [Fact]
    public async Task ACache_ThatForgetsWhileItLoads_KeepsAnOldPrice()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() =>
            AsyncTest.ExploreAsync(env => ReadAndChangeAsync(env, load => new ForgetfulCache(load))));

        Assert.Contains("reader: ExploringSnippets.LoadAsync at await 1, before writer: begins", found.Message);
    }

    // The same test, for one cache and for the other.
    private static async Task ReadAndChangeAsync(TestEnv env, Func<Func<Task<int>>, ICache> newCache)
    {
        var price = 1;
        ICache cache = newCache(LoadAsync);
        Task reader = env.Start("reader", cache.GetAsync);
        Task writer = env.Start("writer", () =>
        {
            price = 2;
            cache.Forget();
            return Task.CompletedTask;
        });
        await Task.WhenAll(reader, writer);

        Assert.Equal(2, await cache.GetAsync());

        async Task<int> LoadAsync()
        {
            await env.YieldAsync();
            int read = price;
            await env.YieldAsync();
            return read;
        }
    }

    private sealed class ForgetfulCache(Func<Task<int>> loadAsync) : ICache
    {
        private int? _value;

        public async Task<int> GetAsync()
        {
            if (_value is { } cached) return cached;
            int loaded = await loadAsync();
            _value = loaded;
            return loaded;
        }

        public void Forget() => _value = null;
    }
    #endregion

    #region exploring-fixed
    [Fact]
    public Task ACache_ThatKnowsThatItForgot_KeepsNoOldPrice() =>
        AsyncTest.ExploreAsync(env => ReadAndChangeAsync(env, load => new CarefulCache(load)));

    private sealed class CarefulCache(Func<Task<int>> loadAsync) : ICache
    {
        private int? _value;
        private int _forgotten;

        public async Task<int> GetAsync()
        {
            if (_value is { } cached) return cached;
            int forgotten = _forgotten;
            int loaded = await loadAsync();
            if (forgotten == _forgotten) _value = loaded;
            return loaded;
        }

        public void Forget()
        {
            _forgotten++;
            _value = null;
        }
    }
    #endregion

    #region exploring-tokens
    [Fact]
    public Task TheScheduleThatFailedOnce_IsTriedFirst() => AsyncTest.ExploreAsync(
        env => ReadAndChangeAsync(env, load => new CarefulCache(load)),
        new ExploreOptions { Tokens = ["AK1-AAAgIQE"] });
    #endregion

    #region exploring-cancel
    [Fact]
    public Task WhoeverIsCancelled_TakesNoPermitAlong() => AsyncTest.CancelEverywhereAsync(
        async (env, cancellationToken) =>
        {
            var permits = new SemaphoreSlim(1);
            try
            {
                await Task.WhenAll(UseAsync(), UseAsync());
            }
            catch (OperationCanceledException)
            {
                // At whatever step it was.
            }

            Assert.Equal(1, permits.CurrentCount);

            async Task UseAsync()
            {
                await permits.WaitAsync(cancellationToken);
                try
                {
                    await env.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken);
                }
                finally
                {
                    permits.Release();
                }
            }
        });
    #endregion

    #region exploring-faults
    [Fact]
    public Task AnOrder_IsStoredWholeOrNotAtAll() => AsyncTest.FailEverywhereAsync(async env =>
    {
        List<string> stored = [];
        try
        {
            await StoreAsync("head");
            await StoreAsync("lines");
        }
        catch (IOException)
        {
            stored.Clear();
        }

        Assert.True(stored.Count is 0 or 2);

        async Task StoreAsync(string part)
        {
            await env.YieldAsync();
            env.FaultPoint($"before the {part}");
            stored.Add(part);
            env.FaultPoint($"after the {part}");
        }
    });
    #endregion

    private interface ICache
    {
        Task<int> GetAsync();

        void Forget();
    }
}
