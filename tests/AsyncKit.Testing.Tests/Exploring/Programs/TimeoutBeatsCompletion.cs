namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A payment that is taken to have failed when it takes long, and is made again.</summary>
internal static class TimeoutBeatsCompletion
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static attempt => $"attempt {attempt}");

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static _ => "order 17");

    private static async Task RunAsync(TestEnv env, Func<int, string> key)
    {
        var bank = new Bank();
        try
        {
            await bank.ChargeAsync(key(1)).WaitAsync(TimeSpan.FromSeconds(5), env.Time);
        }
        catch (TimeoutException)
        {
            await bank.ChargeAsync(key(2));
        }

        await env.IdleAsync();
        Assert.Equal(1, bank.Charges);
    }

    private sealed class Bank
    {
        private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

        public int Charges { get; private set; }

        /// <param name="key">A charge with a key that was seen is not made again.</param>
        public async Task ChargeAsync(string key)
        {
            for (var i = 0; i < 3; i++) await Task.Yield();
            if (_seen.Add(key)) Charges++;
        }
    }
}
