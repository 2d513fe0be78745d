namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Two payments from one account, each of which looks whether there is enough, and then asks the
/// bank.</summary>
internal static class DoubleSpend
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static account => account.PayAsync(80));

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static account => account.ReserveAndPayAsync(80));

    private static async Task RunAsync(TestEnv env, Func<Account, Task<bool>> payAsync)
    {
        var account = new Account();
        env.Always(() => account.Balance >= 0, "the balance is never negative");
        Task<bool> rent = env.Start("rent", () => payAsync(account));
        Task<bool> books = env.Start("books", async () =>
        {
            for (var page = 0; page < 4; page++) await env.YieldAsync();
            return await payAsync(account);
        });
        bool[] paid = await Task.WhenAll(rent, books);
        Assert.Single(paid, static isPaid => isPaid);
    }

    private sealed class Account
    {
        public int Balance { get; private set; } = 100;

        public async Task<bool> PayAsync(int amount)
        {
            if (Balance < amount) return false;
            await AskBankAsync();
            Balance -= amount;
            return true;
        }

        public async Task<bool> ReserveAndPayAsync(int amount)
        {
            if (Balance < amount) return false;
            Balance -= amount;
            await AskBankAsync();
            return true;
        }

        private static async Task AskBankAsync()
        {
            await Task.Yield();
            await Task.Yield();
        }
    }
}
