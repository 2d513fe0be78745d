using AsyncKit.Testing;

namespace TestingShowcase.Parts;

/// <summary>A cache that is told to forget while it loads: one order in many keeps the old price. It is found, printed,
/// and gone when the cache is mended.</summary>
internal static class LostPrice
{
    private const int Schedules = 1_000;

    public static async Task<Finding> ShowAsync()
    {
        string report = await ReportOfAsync(isMended: false);
        ExploreReport mended = await ExploreAsync(isMended: true);
        bool holds = report.Contains("LoadAsync at await 1, before writer: begins", StringComparison.Ordinal)
            && mended.Schedules is Schedules;
        return new Finding(
            holds, TimeSpan.Zero, [.. report.Split('\n'), $"Mended, it passes {mended.Schedules:N0} schedules."]);
    }

    private static async Task<string> ReportOfAsync(bool isMended)
    {
        try
        {
            await ExploreAsync(isMended);
            return "No schedule failed, and one should have.";
        }
        catch (AsyncTestException e)
        {
            return e.Message;
        }
    }

    private static Task<ExploreReport> ExploreAsync(bool isMended) => AsyncTest.ExploreAsync(
        env => ReadAndChangeAsync(env, isMended), new ExploreOptions { Schedules = Schedules });

    private static async Task ReadAndChangeAsync(TestEnv env, bool isMended)
    {
        var price = 1;
        var cache = new PriceCache(LoadAsync, isMended);
        Task reader = env.Start("reader", cache.GetAsync);
        Task writer = env.Start("writer", () =>
        {
            price = 2;
            cache.Forget();
            return Task.CompletedTask;
        });
        await Task.WhenAll(reader, writer);

        int kept = await cache.GetAsync();
        if (kept is not 2) throw new InvalidOperationException($"The price is 2, but the cache says {kept}.");

        async Task<int> LoadAsync()
        {
            await env.YieldAsync();
            int read = price;
            await env.YieldAsync();
            return read;
        }
    }

    private sealed class PriceCache(Func<Task<int>> loadAsync, bool isMended)
    {
        private int? _price;
        private int _forgotten;

        public async Task<int> GetAsync()
        {
            if (_price is { } cached) return cached;
            int forgotten = _forgotten;
            int loaded = await loadAsync();
            if (!isMended || forgotten == _forgotten) _price = loaded;
            return loaded;
        }

        public void Forget()
        {
            _forgotten++;
            _price = null;
        }
    }
}
