using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncCountdownEventSnippets
{
    [Fact]
    public Task AServer_WaitsForItsOpenRequests() => AsyncTest.RunAsync(async env =>
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var answered = 0;

        async Task AnswerAsync()
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken);
            answered++;
        }

        #region async-countdown-event
        // The first count is that of the server itself, so that it is not zero between two requests.
        var open = new AsyncCountdownEvent(initialCount: 1, name: "open requests");

        async Task<bool> HandleAsync()
        {
            if (!open.TryAddCount()) return false; // Shut down already.
            try
            {
                await AnswerAsync();
                return true;
            }
            finally
            {
                open.Signal();
            }
        }

        async Task ShutDownAsync()
        {
            open.Signal();
            await open.WaitAsync(cancellationToken);
        }
        #endregion

        Task<bool>[] requests = [HandleAsync(), HandleAsync()];
        await ShutDownAsync();

        Assert.Equal(2, answered);
        Assert.All(await Task.WhenAll(requests), Assert.True);
        Assert.False(await HandleAsync());
    });
}
