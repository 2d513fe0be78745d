using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class ComingFromAsyncioSnippets
{
    [Fact]
    public Task AGroup_HasATimeLimit_AndAtMostFiveChildrenAtATime() => AsyncTest.RunAsync(static async env =>
    {
        CancellationToken cancellationToken = CancellationToken.None;
        string[] pages = [.. Enumerable.Range(0, 12).Select(static number => $"page {number}")];
        List<string> read = [];
        int running = 0, most = 0;

        #region coming-from-asyncio
        await TaskGroup.RunAsync(group =>
        {
            foreach (string page in pages) _ = group.Run(token => ReadAsync(page, token), name: page);
            return ValueTask.CompletedTask;
        }, new TaskGroupOptions { MaxConcurrency = 5, Timeout = TimeSpan.FromSeconds(30) }, cancellationToken);
        #endregion

        Assert.Equivalent(pages, read, strict: true);
        Assert.Equal(5, most);

        async ValueTask ReadAsync(string page, CancellationToken token)
        {
            most = Math.Max(most, ++running);
            await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
            running--;
            read.Add(page);
        }
    });
}
