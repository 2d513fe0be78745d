using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Snippets;

public class CollectedFaultsSnippets
{
    [Fact]
    public async Task CollectedFaults_AreSortedByKind()
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 2,
            OnError = ErrorPolicy.CollectAll,
        });
        int[] items = [1, 2, 3];
        var log = new List<string>();

        #region collected-faults
        try
        {
            await runner.ForEachAsync(items, ImportAsync);
        }
        catch (CollectedFaultsException e) when (e.InnerExceptions.All(fault => fault is FormatException))
        {
            log.Add($"{e.FaultCount} items could not be read.");
        }
        #endregion

        Assert.Equal("2 items could not be read.", Assert.Single(log));

        static async ValueTask ImportAsync(int item, CancellationToken cancellationToken)
        {
            await Task.Yield();
            if (item is not 2) throw new FormatException($"Item {item} is no number.");
        }
    }
}
