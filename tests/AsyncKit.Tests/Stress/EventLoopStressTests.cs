using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Tests.Stress;

/// <summary>Many threads that hand work to one loop.</summary>
[Collection(typeof(Alone))]
public class EventLoopStressTests
{
    private const int Limit = 120_000;
    private const int Seed = 31;
    private const int Producers = 4;

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact(Timeout = Limit)]
    public async Task OfManyProducers_EachKeepsItsOrder_AndNothingIsLost()
    {
        int each = LongSuite.Count(usual: 25_000, full: 100_000);
        var next = new int[Producers];
        var isInOrder = true;
        EventLoop loop = EventLoop.Start();

        await Task.WhenAll(Enumerable.Range(0, Producers).Select(producer => Task.Run(
            () =>
            {
                for (var i = 0; i < each; i++)
                {
                    int number = i;
                    loop.Post(() => isInOrder &= next[producer]++ == number);
                }
            },
            TestToken)));
        await loop.CompleteAsync();

        Assert.True(isInOrder);
        Assert.All(next, count => Assert.Equal(each, count));
    }

    [Fact(Timeout = Limit)]
    public async Task AHundredThousandWhoWait_AllGoOn_AndTheirCounterNeedsNoLock()
    {
        const int Waiting = 100_000;
        await using EventLoop loop = EventLoop.Start();
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var visits = 0;

        Task[] runs = [.. Enumerable.Range(0, Waiting).Select(_ => loop.RunAsync(
            async _ =>
            {
                visits++;
                await gate.Task;
                visits++;
            },
            cancellationToken: TestToken))];
        gate.SetResult();
        await Task.WhenAll(runs);

        Assert.Equal(2 * Waiting, visits);
    }

    [Fact(Timeout = Limit)]
    public async Task WorkThatIsCancelled_WhileItWaitsOrRuns_EndsOneWay_AndIsForgotten()
    {
        int rounds = LongSuite.Count(usual: 3_000, full: 20_000);
        LongSuite.Say($"seed {Seed}");
        int begun = 0, ended = 0;
        await using EventLoop loop = EventLoop.Start();

        await Task.WhenAll(Enumerable.Range(1, Producers).Select(number => Task.Run(
            () => CancelAtRandomAsync(new Random(Seed + number), rounds), TestToken)));

        Assert.Equal(begun, ended);

        async Task CancelAtRandomAsync(Random random, int count)
        {
            for (var i = 0; i < count; i++)
            {
                await RandomCancellation.TryWaitAsync(
                    random, token => new ValueTask(loop.RunAsync(WorkAsync, cancellationToken: token)), TestToken);
            }
        }

        async ValueTask WorkAsync(CancellationToken cancellationToken)
        {
            begun++;
            Settled end = await Settled.CaptureAsync(
                static async token =>
                {
                    await Task.Yield();
                    token.ThrowIfCancellationRequested();
                },
                cancellationToken);
            ended++;
            end.ThrowIfUnsuccessful();
        }
    }

    [Fact(Timeout = Limit)]
    public async Task WorkThatMeetsTheEnd_IsDoneOrRefused()
    {
        int rounds = LongSuite.Count(usual: 300, full: 2_000);
        for (var i = 0; i < rounds; i++)
        {
            EventLoop loop = EventLoop.Start();
            int accepted = 0, ran = 0;
            Task posting = Task.Run(
                () =>
                {
                    while (TryPost(loop, () => ran++)) accepted++;
                },
                TestToken);

            await loop.RunAsync(static async _ => await Task.Yield(), cancellationToken: TestToken);
            await loop.CompleteAsync();
            await posting;

            Assert.Equal(accepted, ran);
        }
    }

    // Alone: it is so where nobody listens, as a test on virtual time does.
    [Fact(Timeout = Limit)]
    public async Task ALoopThatDoesNotRest_IsWokenWithoutTakingMemory()
    {
        EventLoop loop = EventLoop.Start();

        long bytes = await loop.RunAsync(
            async _ =>
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                for (var i = 0; i < 100_000; i++) await loop.DisposeAsync();
                return GC.GetAllocatedBytesForCurrentThread() - before;
            },
            cancellationToken: TestToken);

        Assert.InRange(bytes, 0, 10_000);
    }

    private static bool TryPost(EventLoop loop, Action callback)
    {
        try
        {
            loop.Post(callback);
            return true;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
    }
}
