using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class WorkQueueSnippets
{
    [Fact]
    public async Task Workers_FollowLinks_UntilAllIsDone()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var seen = new ConcurrentDictionary<string, bool>();

        #region work-queue
        var pages = new WorkQueue<string>(new WorkQueueOptions<string> { Name = "pages" });
        Task crawling = pages.RunWorkersAsync(4, async (page, token) =>
        {
            foreach (string link in await ReadLinksAsync(page, token))
                if (seen.TryAdd(link, true)) await pages.EnqueueAsync(link, token);
        }, cancellationToken);

        await pages.EnqueueAsync("/", cancellationToken);
        await pages.JoinAsync(cancellationToken);
        pages.Complete();
        await crawling;
        #endregion

        Assert.Equal(["/a", "/a/b", "/c"], seen.Keys.Order());

        static async Task<string[]> ReadLinksAsync(string page, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return page switch { "/" => ["/a", "/c"], "/a" => ["/a/b", "/c"], _ => [] };
        }
    }

    [Fact]
    public async Task AnItem_IsTakenByHand()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var orders = new WorkQueue<int>();
        await orders.EnqueueAsync(7, cancellationToken);
        orders.Complete();
        var shipped = 0;

        #region work-queue-item
        await foreach (WorkItem<int> order in orders.DequeueAllAsync(cancellationToken))
        {
            using (order)
            {
                await ShipAsync(order.Value, cancellationToken);
                order.Complete();
            }
        }
        #endregion

        Assert.Equal((7, 0), (shipped, orders.UnfinishedCount));

        async Task ShipAsync(int order, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            shipped = order;
        }
    }

    [Fact]
    public async Task AFailedItem_IsTriedAgain_AndGivenUp()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var log = new List<string>();
        int[] orders = [1, 2];

        #region work-queue-attempts
        var queue = new WorkQueue<int>(new WorkQueueOptions<int>
        {
            MaxAttempts = 3,
            OnFailed = (order, fault) => log.Add($"order {order} was given up: {fault?.Message}"),
        });
        foreach (int order in orders) await queue.EnqueueAsync(order, cancellationToken);
        queue.Complete();

        await queue.RunWorkersAsync(2, ShipAsync, cancellationToken);
        #endregion

        Assert.Equal(["order 2 was given up: no address"], log);

        static async Task ShipAsync(int order, CancellationToken token)
        {
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            if (order is 2) throw new InvalidOperationException("no address");
        }
    }

    [Fact]
    public async Task TheSmallest_ComesFirst()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region work-queue-priority
        var jobs = new WorkQueue<Job>(new WorkQueueOptions<Job>
        {
            Order = WorkQueueOrder.Priority,
            Comparer = Comparer<Job>.Create((one, other) => one.DueDay.CompareTo(other.DueDay)),
            Capacity = 1_000,
        });
        await jobs.EnqueueAsync(new Job("report", DueDay: 9), cancellationToken);
        await jobs.EnqueueAsync(new Job("invoice", DueDay: 2), cancellationToken);

        using WorkItem<Job> next = await jobs.DequeueAsync(cancellationToken);
        #endregion

        Assert.Equal("invoice", next.Value.Name);
        next.Complete();
    }

    [Fact]
    public async Task AConsumerThatForgets_IsFoundByATest()
    {
        AsyncTestException hang = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async env =>
        {
            #region work-queue-pitfall
            var queue = new WorkQueue<int>(new WorkQueueOptions<int> { Name = "jobs" });
            await queue.EnqueueAsync(1);

            // Taken, and never completed: whoever joins waits for ever.
            WorkItem<int> item = await queue.DequeueAsync();
            await queue.JoinAsync();
            #endregion

            item.Complete();
        }));

        Assert.Contains("JoinAsync of WorkQueue \"jobs\"", hang.Message, StringComparison.Ordinal);
    }

    private sealed record Job(string Name, int DueDay);
}
