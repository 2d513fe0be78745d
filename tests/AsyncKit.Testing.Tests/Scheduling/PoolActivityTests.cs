namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>More work in the thread pool than it has threads, as each piece stands at the gate.</summary>
public class PoolActivityTests
{
    [Theory]
    [InlineData(100)]
    [InlineData(300)]
    public async Task ManyPiecesOfWorkAtOnce_RunInTheOrderInWhichTheyWereMade(int count)
    {
        for (var run = 0; run < 2; run++)
        {
            List<int> order = [];

            await AsyncTest.RunAsync(_ =>
                Task.WhenAll(Enumerable.Range(0, count).Select(number => Task.Run(() => order.Add(number)))));

            Assert.Equal(Enumerable.Range(0, count), order);
        }
    }

    [Fact]
    public async Task WaitersWithoutAContext_ReleasedAtOnce_GoOnInTheirOrder()
    {
        const int Count = 200;
        List<int> order = [];

        await AsyncTest.RunAsync(async _ =>
        {
            using var gate = new SemaphoreSlim(0);
            Task all = Task.WhenAll(Enumerable.Range(0, Count).Select(number => WaitAsync(gate, number)));
            gate.Release(Count);
            await all;
        });

        Assert.Equal(Enumerable.Range(0, Count), order);

        async Task WaitAsync(SemaphoreSlim gate, int number)
        {
            await gate.WaitAsync().ConfigureAwait(false);
            order.Add(number);
        }
    }

    [Fact]
    public async Task ParallelRuns_WithManyThreadsThatBlock_AllEnd_EachInItsOrder()
    {
        const int Runs = 4;
        const int Threads = 20;

        List<int>[] orders = await Task.WhenAll(Enumerable.Range(0, Runs).Select(_ => AsyncTest.RunAsync(async env =>
        {
            List<int> order = [];
            using var open = new ManualResetEventSlim();
            Task all = Task.WhenAll(Enumerable.Range(0, Threads).Select(number => Task.Run(() =>
            {
                open.Wait();
                order.Add(number);
            })));
            await env.DelayAsync(TimeSpan.FromSeconds(1));
            open.Set();
            await all;
            return order;
        })));

        Assert.All(orders, static order => Assert.Equal(Enumerable.Range(0, Threads), order));
    }
}
