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
    public async Task AwaitingWhenAll_ThrowsOnlyTheFirst_AndTheTaskHasAll()
    {
        Task all = Task.WhenAll(
            Task.FromException(new IOException("one")), Task.FromException(new IOException("two")),
            Task.FromCanceled(new CancellationToken(canceled: true)));

        Assert.Equal("one", (await Assert.ThrowsAsync<IOException>(() => all)).Message);
        Assert.Equal(["one", "two"], all.Exception!.InnerExceptions.Select(e => e.Message));
    }
}
