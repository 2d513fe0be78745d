namespace AsyncKit.Snippets.Concepts;

public class SynchronizationSnippets
{
    [Fact]
    public async Task ASemaphoreOfOne_IsAnAsynchronousLock()
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

        #region synchronization
        var gate = new SemaphoreSlim(initialCount: 1, maxCount: 1);
        string? cached = null; // guarded by the gate

        async Task<string> GetTokenAsync()
        {
            await gate.WaitAsync(cancellationToken);
            try
            {
                return cached ??= await RequestTokenAsync(cancellationToken);
            }
            finally
            {
                gate.Release();
            }
        }

        string[] tokens = await Task.WhenAll(GetTokenAsync(), GetTokenAsync(), GetTokenAsync());
        #endregion

        Assert.Equal(["secret", "secret", "secret"], tokens);
        Assert.Equal(1, requests);
        Assert.Throws<SemaphoreFullException>(() => gate.Release());

        using var withoutMaximum = new SemaphoreSlim(1);
        withoutMaximum.Release();
        Assert.Equal(2, withoutMaximum.CurrentCount);
    }
}
