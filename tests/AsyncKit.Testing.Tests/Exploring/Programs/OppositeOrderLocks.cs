namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Two transfers, one there and one back, each of which locks the account it takes from first.</summary>
internal static class OppositeOrderLocks
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static (from, to) => (from, to));

    public static Task CorrectAsync(TestEnv env) =>
        RunAsync(env, static (from, to) => from.Number < to.Number ? (from, to) : (to, from));

    private static async Task RunAsync(
        TestEnv env, Func<Account, Account, (Account First, Account Second)> order)
    {
        var savings = new Account(1);
        var current = new Account(2);
        Task there = env.Start("there", () => TransferAsync(savings, current));
        Task back = env.Start("back", async () =>
        {
            for (var i = 0; i < 4; i++) await env.YieldAsync();
            await TransferAsync(current, savings);
        });
        await Task.WhenAll(there, back);
        Assert.Equal(0, savings.Balance + current.Balance);

        async Task TransferAsync(Account from, Account to)
        {
            (Account first, Account second) = order(from, to);
            await first.Lock.WaitAsync();
            await Task.Yield();
            await second.Lock.WaitAsync();
            from.Balance--;
            await Task.Yield();
            to.Balance++;
            second.Lock.Release();
            first.Lock.Release();
        }
    }

    private sealed class Account(int number)
    {
        public int Number => number;

        public SemaphoreSlim Lock { get; } = new(1);

        public int Balance { get; set; }
    }
}
