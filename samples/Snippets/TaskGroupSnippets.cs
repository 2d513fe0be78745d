using AsyncKit.Concurrency;

namespace AsyncKit.Snippets;

public class TaskGroupSnippets
{
    [Fact]
    public async Task ChildrenRunAtTheSameTime_AndTheGroupWaitsForThem()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region task-group
        string page = await TaskGroup.RunAsync(async group =>
        {
            Task<string> profile = group.Run(LoadProfileAsync);
            Task<string> orders = group.Run(LoadOrdersAsync);

            return $"{await profile}: {await orders}";
        }, cancellationToken: cancellationToken);
        #endregion

        Assert.Equal("Ann: 3 orders", page);

        static async ValueTask<string> LoadProfileAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return "Ann";
        }

        static async ValueTask<string> LoadOrdersAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            return "3 orders";
        }
    }

    [Fact]
    public async Task AServer_IsReadyBeforeItsClientCalls()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var log = new List<string>();

        #region task-group-start
        Task serving = TaskGroup.RunAsync(async group =>
        {
            int port = await group.StartAsync<int>(ServeAsync, name: "server");
            await CallAsync(port, group.CancellationToken);

            group.Cancel("The client has all it needs.");
        }, cancellationToken: cancellationToken);
        #endregion

        var end = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => serving);
        Assert.Equal("The client has all it needs.", end.Message);
        Assert.Equal(["listening", "called 8080", "stopped"], log);

        async ValueTask ServeAsync(Action<int> ready, CancellationToken cancellationToken)
        {
            log.Add("listening");
            ready(8080);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            }
            finally
            {
                log.Add("stopped");
            }
        }

        async Task CallAsync(int port, CancellationToken cancellationToken)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            log.Add($"called {port}");
        }
    }

    [Fact]
    public async Task ADashboard_SurvivesOneDeadService()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var shown = new List<string>();

        #region task-group-supervise
        var options = new TaskGroupOptions
        {
            Policy = TaskGroupPolicy.Supervise,
            OnChildFault = (fault, service) => Show($"{service} is down: {fault.Message}"),
            Name = "dashboard",
        };

        await TaskGroup.RunAsync(group =>
        {
            _ = group.Run(ShowNewsAsync, "news");
            _ = group.Run(ShowWeatherAsync, "weather");
            return ValueTask.CompletedTask;
        }, options, cancellationToken);
        #endregion

        Assert.Equal(["news", "weather is down: no answer"], shown.Order());

        async ValueTask ShowNewsAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            Show("news");
        }

        void Show(string line)
        {
            lock (shown) shown.Add(line);
        }

        static async ValueTask ShowWeatherAsync(CancellationToken cancellationToken)
        {
            await Task.Yield();
            throw new IOException("no answer");
        }
    }
}
