using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Snippets.Concepts;

public class TasksAndFuturesSnippets
{
    [Fact]
    public async Task EveryOutcome_IsKept_WhenEachIsSettled()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string[] mirrors = ["berlin", "paris", "rome"];

        async Task<int> MeasureAsync(string mirror, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return mirror is "paris" ? throw new IOException("paris does not answer") : mirror.Length;
        }

        #region tasks-and-futures
        Settled<int>[] outcomes = await Task.WhenAll(mirrors.Select(mirror =>
            Settled.CaptureAsync(token => MeasureAsync(mirror, token), cancellationToken).AsTask()));

        int[] measured =
            [.. outcomes.Where(outcome => outcome.IsCompletedSuccessfully).Select(outcome => outcome.Value)];
        Exception[] faults = [.. outcomes.Where(outcome => outcome.IsFaulted).Select(outcome => outcome.Exception!)];
        #endregion

        Assert.Equal([6, 4], measured);
        Assert.Equal("paris does not answer", Assert.Single(faults).Message);
    }

    [Fact]
    public async Task TasksOfAGroup_AreNotLeftBehind()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var log = new List<string>();
        var progressIsShown = new TaskCompletionSource();

        #region tasks-and-futures-group
        Task transfer = TaskGroup.RunAsync(async group =>
        {
            Task<string> download = group.Run(DownloadAsync);
            _ = group.Run(ShowProgressAsync); // not awaited, and yet not forgotten

            await SaveAsync(await download, group.CancellationToken);
        }, cancellationToken: cancellationToken);
        #endregion

        await Assert.ThrowsAsync<IOException>(() => transfer);
        Assert.Equal(["progress stopped"], log);

        async ValueTask<string> DownloadAsync(CancellationToken token)
        {
            await progressIsShown.Task;
            token.ThrowIfCancellationRequested();
            throw new IOException("the line is dead");
        }

        async ValueTask ShowProgressAsync(CancellationToken token)
        {
            try
            {
                progressIsShown.SetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                log.Add("progress stopped");
            }
        }

        static Task SaveAsync(string content, CancellationToken token) => Task.CompletedTask;
    }

    [Fact]
    public async Task AwaitingWhenAll_ThrowsOnlyTheFirst_AndTheTaskHasAll()
    {
        Task all = Task.WhenAll(
            Task.FromException(new IOException("one")), Task.FromException(new IOException("two")),
            Task.FromCanceled(new CancellationToken(canceled: true)));

        Assert.Equal("one", (await Assert.ThrowsAsync<IOException>(() => all)).Message);
        Assert.Equal(["one", "two"], all.Exception!.InnerExceptions.Select(e => e.Message));
    }
}
