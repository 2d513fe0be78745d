using AsyncKit.Synchronization;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncLockSnippets
{
    [Fact]
    public async Task ALock_LetsOneRequestAToken_AndTheOthersFindIt()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var requests = 0;

        async Task<string> RequestTokenAsync(CancellationToken token)
        {
            requests++;
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return "secret";
        }

        #region async-lock
        var gate = new AsyncLock("token");
        string? cached = null; // guarded by the gate

        async Task<string> GetTokenAsync()
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);
            return cached ??= await RequestTokenAsync(cancellationToken);
        }

        async Task<string?> PeekAsync()
        {
            using AsyncLock.Lease lease = await gate.TryLockAsync(TimeSpan.FromSeconds(1), cancellationToken);
            return lease.IsAcquired ? cached : null;
        }

        string[] tokens = await Task.WhenAll(GetTokenAsync(), GetTokenAsync(), GetTokenAsync());
        #endregion

        Assert.Equal(["secret", "secret", "secret"], tokens);
        Assert.Equal("secret", await PeekAsync());
        Assert.Equal(1, requests);
        Assert.False(gate.IsHeld);
    }
}
