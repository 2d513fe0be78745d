using AsyncKit.Concurrency;

namespace AsyncKit.Snippets;

public class BoundedRunnerSnippets
{
    [Fact]
    public async Task MapAsync_GivesTheResults_InTheOrderOfTheSource()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string[] files = [folder["short.txt"], folder["empty.txt"], folder["long.txt"]];
        await File.WriteAllTextAsync(files[0], "1\n", cancellationToken);
        await File.WriteAllTextAsync(files[1], "", cancellationToken);
        await File.WriteAllTextAsync(files[2], "1\n2\n3\n", cancellationToken);

        #region bounded-runner
        var runner = new BoundedRunner(maxConcurrency: 2);

        int[] lines = await runner.MapAsync(files, async (file, token) =>
        {
            string[] text = await File.ReadAllLinesAsync(file, token);
            return text.Length;
        }, cancellationToken);
        #endregion

        Assert.Equal([1, 0, 3], lines);
    }

    [Fact]
    public async Task Await_ThrowsTheFirstFault_AndTheTaskHasAll()
    {
        var runner = new BoundedRunner(maxConcurrency: 2);
        var errors = new List<string>();
        using var bothRun = new CountdownEvent(2);

        async ValueTask DeliverAsync(string parcel, CancellationToken token)
        {
            await Task.Yield();
            bothRun.Signal();
            bothRun.Wait(CancellationToken.None);
            throw new IOException($"{parcel} was lost");
        }

        #region bounded-runner-faults
        Task run = runner.ForEachAsync(["a letter", "a box"], DeliverAsync);
        try
        {
            await run;
        }
        catch (IOException)
        {
            foreach (Exception fault in run.Exception!.InnerExceptions) errors.Add(fault.Message);
        }
        #endregion

        Assert.Equal(["a box was lost", "a letter was lost"], errors.Order());
    }
}
