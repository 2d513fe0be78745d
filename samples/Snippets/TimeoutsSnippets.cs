using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Snippets;

public class TimeoutsSnippets
{
    [Fact]
    public async Task ALimitThatPassed_IsATimeout_AndACallersCancellationIsNone()
    {
        var timeProvider = new ManualTimeProvider();
        var running = 0;

        async Task<string> LoadGreetingAsync(CancellationToken token)
        {
            Interlocked.Increment(ref running);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, token);
                return "Good morning";
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        #region timeouts
        async Task<string> GreetAsync(CancellationToken cancellationToken)
        {
            try
            {
                return await Timeouts.RunAsync(
                    LoadGreetingAsync, Deadline.After(TimeSpan.FromSeconds(5), timeProvider), cancellationToken);
            }
            catch (TimeoutException)
            {
                return "Hello";
            }
        }
        #endregion

        Task<string> late = GreetAsync(CancellationToken.None);
        Assert.Equal(1, running);
        timeProvider.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("Hello", await late);
        Assert.Equal(0, running);

        using var caller = new CancellationTokenSource();
        Task<string> cancelled = GreetAsync(caller.Token);
        await caller.CancelAsync();
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }
}
