using AsyncKit.Concurrency;

namespace AsyncKit.Snippets.Concepts;

public class ConcurrencySnippets
{
    [Fact]
    public async Task AHundredOperations_WaitAtTheSameTime_OnAnyNumberOfCores()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region concurrency
        var everybodyIsHere = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var arrived = 0;

        var runner = new BoundedRunner(maxConcurrency: 100);
        await runner.ForEachAsync(Enumerable.Range(1, 100), async (guest, token) =>
        {
            if (Interlocked.Increment(ref arrived) is 100) everybodyIsHere.SetResult();
            await everybodyIsHere.Task.WaitAsync(token); // all hundred wait here at once, and hold no thread
        }, cancellationToken);
        #endregion

        Assert.Equal(100, arrived);
    }
}
