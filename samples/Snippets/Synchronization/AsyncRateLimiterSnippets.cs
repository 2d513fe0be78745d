using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncRateLimiterSnippets
{
    [Fact]
    public Task ALimiter_SpreadsCallsEvenly() => AsyncTest.RunAsync(async env =>
    {
        TimeProvider timeProvider = env.Time;
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<double> sent = [];

        Task SendAsync(string message, CancellationToken token)
        {
            token.ThrowIfCancellationRequested();
            sent.Add(env.Elapsed.TotalSeconds);
            return Task.CompletedTask;
        }

        #region async-rate-limiter
        // Ten in a second, two at once if it was quiet before.
        var limiter = new AsyncRateLimiter(
            permits: 10, period: TimeSpan.FromSeconds(1), burst: 2, "mail", timeProvider);

        async Task SendAllAsync(string[] messages)
        {
            foreach (string message in messages)
            {
                await limiter.AcquireAsync(1, cancellationToken);
                await SendAsync(message, cancellationToken);
            }
        }

        await SendAllAsync(["one", "two", "three", "four", "five"]);
        #endregion

        Assert.Equal([0, 0, 0.1, 0.2, 0.3], sent);
    });
}
