namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A cache that keeps a value when it was loaded; who asks meanwhile loads it again.</summary>
internal static class CacheStampede
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static cache => cache.GetAsync());

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static cache => cache.GetSharedAsync());

    private static async Task RunAsync(TestEnv env, Func<Cache, Task<string>> getAsync)
    {
        var cache = new Cache();
        Task<string> first = env.Start("home page", () => getAsync(cache));
        Task<string> second = env.Start("search", async () =>
        {
            for (var i = 0; i < 4; i++) await Task.Yield();
            return await getAsync(cache);
        });
        string[] values = await Task.WhenAll(first, second);
        Assert.Equal(["tariff", "tariff"], values);
        Assert.Equal(1, cache.Loads);
    }

    private sealed class Cache
    {
        private string? _value;
        private Task<string>? _load;

        public int Loads { get; private set; }

        public async Task<string> GetAsync() => _value ??= await LoadAsync();

        public Task<string> GetSharedAsync() => _load ??= LoadAsync();

        private async Task<string> LoadAsync()
        {
            Loads++;
            await Task.Yield();
            await Task.Yield();
            return "tariff";
        }
    }
}
