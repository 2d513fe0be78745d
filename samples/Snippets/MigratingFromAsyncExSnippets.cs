using System.Collections.Concurrent;
using System.Threading.Channels;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

// What replaces the queues, the contexts and the tokens of AsyncEx with the framework's own types.
public class MigratingFromAsyncExSnippets
{
    [Fact]
    public async Task AProducerConsumerQueue_IsAChannel()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> packed = [];

        #region migrate-producer-consumer-queue
        var orders = Channel.CreateBounded<string>(10);

        async Task ProduceAsync()
        {
            foreach (string order in new[] { "pen", "ink", "paper" })
                await orders.Writer.WriteAsync(order, cancellationToken); // EnqueueAsync
            orders.Writer.TryComplete();                                  // CompleteAdding
        }

        Task producing = ProduceAsync();
        await foreach (string order in orders.Reader.ReadAllAsync(cancellationToken))
            packed.Add(order); // OutputAvailableAsync and DequeueAsync
        await producing;
        #endregion

        Assert.Equal(["pen", "ink", "paper"], packed);
        Assert.False(orders.Writer.TryComplete());
        Assert.False(await orders.Reader.WaitToReadAsync(cancellationToken));
        InvalidOperationException thrown = await Assert.ThrowsAnyAsync<InvalidOperationException>(
            () => orders.Reader.ReadAsync(cancellationToken).AsTask());
        Assert.IsType<ChannelClosedException>(thrown);
        await Assert.ThrowsAsync<ChannelClosedException>(
            () => orders.Writer.WriteAsync("glue", cancellationToken).AsTask());
    }

    [Fact]
    public async Task TheSynchronousSideOfAQueue_Blocks()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        List<string> packed = [];
        var orders = Channel.CreateUnbounded<string>();

        #region migrate-producer-consumer-queue-blocking
        // On a thread that may be held, such as one of your own or one of Task.Run.
        void Pack()
        {
            IEnumerable<string> all = orders.Reader.ReadAllAsync().ToBlockingEnumerable(cancellationToken);
            foreach (string order in all) packed.Add(order); // GetConsumingEnumerable
        }
        #endregion

        Task packing = Task.Run(Pack, cancellationToken);
        Assert.True(orders.Writer.TryWrite("pen"));
        Assert.True(orders.Writer.TryWrite("ink"));
        orders.Writer.Complete();
        await packing;
        Assert.Equal(["pen", "ink"], packed);
    }

    [Fact]
    public async Task ACollectionThatIsNoQueue_IsASemaphoreBesideIt()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-collection
        var plates = new ConcurrentStack<string>();
        var count = new SemaphoreSlim(initialCount: 0);

        void Add(string plate)
        {
            plates.Push(plate);
            count.Release();
        }

        async Task<string> TakeAsync()
        {
            await count.WaitAsync(cancellationToken);
            return plates.TryPop(out string? plate) ? plate : throw new InvalidOperationException("no plate is left");
        }
        #endregion

        Task<string> early = TakeAsync();
        Assert.False(early.IsCompleted);
        Add("first");
        Assert.Equal("first", await early);
        Add("second");
        Add("third");
        Assert.Equal("third", await TakeAsync());
        Assert.Equal("second", await TakeAsync());
    }

    [Fact]
    public async Task ACollectionSortedByPriority_IsAChannelToo()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-collection-priority
        Channel<int> urgency = Channel.CreateUnboundedPrioritized<int>();
        foreach (int level in new[] { 3, 1, 2 }) await urgency.Writer.WriteAsync(level, cancellationToken);

        int first = await urgency.Reader.ReadAsync(cancellationToken); // 1: the smallest comes first
        #endregion

        Assert.Equal(1, first);
    }

    [Fact]
    public async Task AContext_IsAnExclusiveScheduler()
    {
        #region migrate-context
        var loop = new ConcurrentExclusiveSchedulerPair();
        var factory = new TaskFactory(loop.ExclusiveScheduler);
        var steps = 0; // touched only on the loop

        async Task StepAsync()
        {
            steps++;
            await Task.Yield(); // comes back to the loop
            steps++;
        }

        await Task.WhenAll(factory.StartNew(StepAsync).Unwrap(), factory.StartNew(StepAsync).Unwrap());

        loop.Complete();       // AsyncContextThread.Dispose
        await loop.Completion; // AsyncContextThread.JoinAsync
        #endregion

        Assert.Equal(4, steps);
    }

    [Fact]
    public async Task ANormalizedToken_IsALinkedSource()
    {
        var timeProvider = new ManualTimeProvider();
        using var caller = new CancellationTokenSource();
        using var application = new CancellationTokenSource();

        #region migrate-normalized-token
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5), timeProvider);
        using var linked =
            CancellationTokenSource.CreateLinkedTokenSource(caller.Token, application.Token, limit.Token);

        Task waiting = Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, linked.Token);
        #endregion

        Assert.False(waiting.IsCompleted);
        timeProvider.Advance(TimeSpan.FromSeconds(5));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}
