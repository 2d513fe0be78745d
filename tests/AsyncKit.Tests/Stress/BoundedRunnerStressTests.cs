using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Tests.Stress;

/// <summary>Runs that share a limit, on real threads, while callers cancel, bodies fail, consumers leave and the limit
/// changes.</summary>
public class BoundedRunnerStressTests
{
    private const int Limit = 120_000;
    private const int Seed = 17;
    private const int Callers = 4;

    private readonly ConcurrencyLimit _limit = new(3);
    private int _running;

    [Fact(Timeout = Limit)]
    public async Task WhateverHappens_NothingRunsOn_AndNoPermitIsLost()
    {
        int rounds = LongSuite.Count(usual: 300, full: 3_000);
        LongSuite.Say($"seed {Seed}");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        Task changing = Task.Run(() => ChangeAsync(new Random(Seed), stop.Token), cancellationToken);
        await Task.WhenAll(Enumerable.Range(1, Callers).Select(number => Task.Run(
            () => CallAsync(new Random(Seed + number), rounds), cancellationToken)));
        await stop.CancelAsync();
        await changing;

        _limit.Value = 3;
        Assert.Equal(0, _running);
        Assert.Equal((3, 0), (_limit.CurrentCount, _limit.WaiterCount));
    }

    private async Task ChangeAsync(Random random, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            _limit.Value = random.Next(1, 6);
            await Task.Yield();
        }
    }

    private async Task CallAsync(Random random, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            using var caller = new CancellationTokenSource();
            var items = new Items(random.Next(1, 40), random.Next(4) is 0 ? random.Next(40) : int.MaxValue);
            int kind = random.Next(4);
            Task cancelling = Task.CompletedTask;
            Settled end = await Settled.CaptureAsync(
                async token =>
                {
                    Task run = RunAsync(kind, items, random.Next(1, 40), token);
                    if (random.Next(3) is 0) cancelling = Task.Run(caller.Cancel, CancellationToken.None);
                    await run;
                },
                caller.Token);
            await cancelling;

            Assert.Equal(0, items.Running);
            Assert.True(items.IsDisposed || items.Pulled is 0);
            if (end.IsFaulted) Assert.IsType<IOException>(end.Exception);
        }
    }

    private async Task RunAsync(int kind, Items items, int takes, CancellationToken cancellationToken)
    {
        var runner = new BoundedRunner(_limit);
        switch (kind)
        {
            case 0:
                await runner.ForEachAsync(
                    items.All(), async (item, token) => await WorkAsync(items, item, token), cancellationToken);
                break;
            case 1:
                await runner.ForEachByKeyAsync(
                    items.All(),
                    static item => item % 3,
                    async (item, token) => await WorkAsync(items, item, token),
                    cancellationToken: cancellationToken);
                break;
            case 2:
                int[] results = await runner.MapAsync(
                    items.All(), (item, token) => WorkAsync(items, item, token), cancellationToken);
                Assert.Equal(Enumerable.Range(0, results.Length), results);
                break;
            default:
                await foreach (int _ in runner.StreamAsync(
                    items.All(), (item, token) => WorkAsync(items, item, token), cancellationToken))
                {
                    if (--takes is 0) break;
                }

                break;
        }
    }

    private async ValueTask<int> WorkAsync(Items items, int item, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        Interlocked.Increment(ref items.Running);
        try
        {
            if (item % 3 > 0) await Task.Yield();
            if (item % 5 is 0) cancellationToken.ThrowIfCancellationRequested();
            return item == items.Faulty ? throw new IOException("broken") : item;
        }
        finally
        {
            Interlocked.Decrement(ref items.Running);
            Interlocked.Decrement(ref _running);
        }
    }

    private sealed class Items(int count, int faulty)
    {
        public int Running;

        public int Faulty => faulty;

        public int Pulled { get; private set; }

        public bool IsDisposed { get; private set; }

        public IEnumerable<int> All()
        {
            try
            {
                for (; Pulled < count;) yield return Pulled++;
            }
            finally
            {
                IsDisposed = true;
            }
        }
    }
}
