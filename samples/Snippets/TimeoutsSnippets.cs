using AsyncKit.Errors;
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

    [Fact]
    public async Task StepsThatShareADeadline()
    {
        var timeProvider = new ManualTimeProvider();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region deadline
        async Task<string> GreetAsync(Deadline deadline)
        {
            string user = await Timeouts.RunAsync(LoadUserAsync, deadline, cancellationToken);

            // No more than a second of what is left, for a step that can be done without.
            Settled<string> greeting = await Timeouts.TryRunAsync(
                LoadGreetingAsync, deadline.AtMost(TimeSpan.FromSeconds(1)), cancellationToken);

            return $"{(greeting.TryGetValue(out string? text) ? text : "Hello")} {user}";
        }

        string answer = await GreetAsync(Deadline.After(TimeSpan.FromSeconds(5), timeProvider));
        #endregion

        Assert.Equal("Hello Ann", answer);

        ValueTask<string> LoadUserAsync(CancellationToken token) => ValueTask.FromResult("Ann");

        async ValueTask<string> LoadGreetingAsync(CancellationToken token)
        {
            Task late = Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, token);
            timeProvider.Advance(TimeSpan.FromSeconds(1));
            await late;
            return "Good morning";
        }
    }

    [Fact]
    public async Task ADownload_ExtendsItsLimit_WithEachPart()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var source = new MemoryStream(new byte[200_000]);
        using var target = new MemoryStream();

        #region timeouts-scope
        await Timeouts.RunAsync(async (scope, token) =>
        {
            var buffer = new byte[81_920];
            int read;
            while ((read = await source.ReadAsync(buffer, token)) > 0)
            {
                scope.Reschedule(TimeSpan.FromSeconds(30)); // it is slow, but it comes
                await target.WriteAsync(buffer.AsMemory(0, read), token);
            }
        }, TimeSpan.FromSeconds(30), cancellationToken);
        #endregion

        Assert.Equal(200_000, target.Length);
    }

    [Fact]
    public async Task CleanUp_HasALimitOfItsOwn()
    {
        using var caller = new CancellationTokenSource();
        CancellationToken cancellationToken = caller.Token;
        var log = new List<string>();

        async Task TransferAsync()
        {
            #region timeouts-shield
            try
            {
                await SendAsync(cancellationToken);
            }
            catch (OperationCanceledException)
            {
                // The token is cancelled: with it, the other side would never be told.
                await Timeouts.ShieldAsync(SayGoodbyeAsync, TimeSpan.FromSeconds(5));
                throw;
            }
            #endregion
        }

        Task transfer = TransferAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => transfer);
        Assert.Equal(["goodbye"], log);

        static Task SendAsync(CancellationToken token) =>
            Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);

        async ValueTask SayGoodbyeAsync(CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            log.Add("goodbye");
        }
    }
}
