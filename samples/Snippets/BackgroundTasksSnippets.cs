using AsyncKit.Concurrency;

namespace AsyncKit.Snippets;

public class BackgroundTasksSnippets
{
    [Fact]
    public async Task AFaultIsReported_AndTheRestIsDrained()
    {
        var log = new List<string>();
        var order = new TaskCompletionSource();

        #region background-tasks
        var background = new BackgroundTasks((fault, name) => log.Add($"{name}: {fault.Message}"));

        _ = background.Run("mail to Ada", token => SendMailAsync("ada", token)); // not awaited, and yet not forgotten
        _ = background.Run("mail to nobody", token => SendMailAsync("", token)); // its fault is logged when it happens

        // At the end: no more work, ten seconds to finish, then cancellation.
        IReadOnlyList<BackgroundWork> left = await background.DrainAsync(TimeSpan.FromSeconds(10));
        foreach (BackgroundWork work in left) log.Add($"{work.Name} still runs after {work.Age}");
        #endregion

        Assert.Equal(["mail to nobody: no address"], log);
        Assert.Equal(0, background.Count);
        await order.Task;

        async Task SendMailAsync(string address, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            if (address.Length is 0) throw new FormatException("no address");
            order.TrySetResult();
        }
    }
}
