using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Snippets;

public class TaskCombinatorsSnippets
{
    [Fact]
    public async Task AFault_CancelsTheOtherTasks()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var log = new List<string>();

        async Task CopyAsync()
        {
            #region task-combinators
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

            await TaskCombinators.WhenAllOrCancelAsync([UploadAsync(stop.Token), LogProgressAsync(stop.Token)], stop);
            #endregion
        }

        await Assert.ThrowsAsync<IOException>(CopyAsync);
        Assert.Equal(["stopped"], log);

        static async Task UploadAsync(CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            throw new IOException("the line is dead");
        }

        async Task LogProgressAsync(CancellationToken token)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                log.Add("stopped");
            }
        }
    }

    [Fact]
    public async Task Tuples_Outcomes_AndTheOrderOfEnding()
    {
        var shown = new List<string>();

        #region task-combinators-more
        (string name, int age) = await TaskCombinators.WhenAll(LoadNameAsync(), LoadAgeAsync());

        Settled<int>[] outcomes = await TaskCombinators.WhenAllSettledAsync([LoadAgeAsync(), FailAsync()]);

        Task<int>[] tasks = [LoadAgeAsync(), FailAsync()];
        await foreach (Task<int> ended in TaskCombinators.AsCompletedAsync(tasks, TimeSpan.FromSeconds(10)))
        {
            shown.Add(ended.IsCompletedSuccessfully ? "a value" : "a fault");
        }
        #endregion

        Assert.Equal(("Ann", 41), (name, age));
        Assert.Equal((true, true), (outcomes[0].IsCompletedSuccessfully, outcomes[1].IsFaulted));
        Assert.Equal(["a fault", "a value"], shown.Order());

        static async Task<string> LoadNameAsync()
        {
            await Task.Yield();
            return "Ann";
        }

        static async Task<int> LoadAgeAsync()
        {
            await Task.Yield();
            return 41;
        }

        static async Task<int> FailAsync()
        {
            await Task.Yield();
            throw new IOException("no answer");
        }
    }

    [Fact]
    public async Task AWaitInALoop_LeavesNothingBehind()
    {
        using var stop = new CancellationTokenSource();
        CancellationToken cancellationToken = stop.Token;
        var connectionLost = new TaskCompletionSource();
        var messages = new Queue<string>(["a", "b"]);
        var shown = new List<string>();

        #region task-combinators-any
        while (true)
        {
            Task<string> message = ReceiveAsync();
            Task first = await TaskCombinators.WhenAny([message, connectionLost.Task], cancellationToken);
            if (first == connectionLost.Task) break;
            shown.Add(await message);
        }
        #endregion

        Assert.Equal(["a", "b"], shown);

        Task<string> ReceiveAsync()
        {
            if (messages.TryDequeue(out string? next)) return Task.FromResult(next);
            connectionLost.SetResult();
            return new TaskCompletionSource<string>().Task;
        }
    }
}
