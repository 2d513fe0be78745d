using AsyncKit.Synchronization;

namespace AsyncKit.Snippets.Synchronization;

public class KeyedLockSnippets
{
    [Fact]
    public async Task AKeyedLock_BooksEachAccountInTurn_AndDifferentAccountsSideBySide()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var stored = new Dictionary<string, int[]>(StringComparer.Ordinal) { ["Ada"] = [100], ["Bob"] = [100] };

        async Task<int> ReadAsync(string account)
        {
            await Task.Yield();
            return stored[account][0];
        }

        async Task WriteAsync(string account, int balance)
        {
            await Task.Yield();
            stored[account][0] = balance;
        }

        #region keyed-lock
        var accounts = new KeyedLock<string>(name: "accounts");

        async Task DepositAsync(string account, int amount)
        {
            using KeyedLock<string>.Lease lease = await accounts.LockAsync(account, cancellationToken);
            int balance = await ReadAsync(account);
            await WriteAsync(account, balance + amount);
        }

        async Task TransferAsync(string from, string to, int amount)
        {
            using KeyedLock<string>.Lease lease = await accounts.LockManyAsync([from, to], cancellationToken);
            await WriteAsync(from, await ReadAsync(from) - amount);
            await WriteAsync(to, await ReadAsync(to) + amount);
        }

        await Task.WhenAll(
            DepositAsync("Ada", 10),
            DepositAsync("Bob", 20),
            TransferAsync("Ada", "Bob", 50),
            TransferAsync("Bob", "Ada", 30));
        #endregion

        Assert.Equal(90, await ReadAsync("Ada"));
        Assert.Equal(140, await ReadAsync("Bob"));
        Assert.Equal(0, accounts.Count);
    }
}
