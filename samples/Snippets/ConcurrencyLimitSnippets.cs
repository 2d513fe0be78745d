using AsyncKit.Concurrency;
using AsyncKit.Synchronization;

namespace AsyncKit.Snippets;

public class ConcurrencyLimitSnippets
{
    [Fact]
    public async Task OneLimit_HoldsForAllThatShareIt()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var requests = 0;
        string[] orders = ["a", "b", "c"];
        string[] invoices = ["d", "e"];

        #region concurrency-limit
        var backend = new ConcurrencyLimit(4, name: "backend");
        var imports = new BoundedRunner(backend);
        var exports = new BoundedRunner(backend);

        Task importing = imports.ForEachAsync(orders, CallBackendAsync, cancellationToken);
        Task exporting = exports.ForEachAsync(invoices, CallBackendAsync, cancellationToken);

        // The backend is in trouble: what runs goes on, and less is begun from now on.
        backend.Value = 1;
        await Task.WhenAll(importing, exporting);
        #endregion

        Assert.Equal(5, requests);

        async ValueTask CallBackendAsync(string item, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            Interlocked.Increment(ref requests);
        }
    }

    [Fact]
    public async Task APermit_IsTakenByHand()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var backend = new ConcurrencyLimit(1, name: "backend");
        var calls = 0;

        #region concurrency-limit-permit
        using (AsyncSemaphore.Lease permit = await backend.AcquireAsync(cancellationToken))
        {
            await PingAsync(cancellationToken);
        }
        #endregion

        Assert.Equal((1, 1), (calls, backend.CurrentCount));

        async Task PingAsync(CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            calls++;
        }
    }
}
