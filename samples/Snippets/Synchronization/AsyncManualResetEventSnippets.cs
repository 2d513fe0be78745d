using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncManualResetEventSnippets
{
    [Fact]
    public Task APauseButton_HoldsAllWorkers_UntilItIsOpened() => AsyncTest.RunAsync(async env =>
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> sent = [];

        #region async-manual-reset-event
        var running = new AsyncManualResetEvent(isSet: true, name: "running");

        async Task SendAsync(IEnumerable<string> orders)
        {
            foreach (string order in orders)
            {
                await running.WaitAsync(cancellationToken);
                sent.Add(order);
            }
        }

        running.Reset();
        Task sending = Task.WhenAll(SendAsync(["tea", "rice"]), SendAsync(["salt"]));
        int sentWhilePaused = sent.Count;

        running.Set();
        await sending;
        #endregion

        Assert.Equal(0, sentWhilePaused);
        Assert.Equal(3, sent.Count);
        await env.IdleAsync();
    });
}
