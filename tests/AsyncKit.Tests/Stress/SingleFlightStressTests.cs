using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Tests.Stress;

/// <summary>Callers of a few keys on real threads, who come, leave and forget.</summary>
public class SingleFlightStressTests
{
    private const int Limit = 120_000;
    private const int Seed = 29;
    private const int Callers = 4;
    private const int Keys = 3;

    private readonly SingleFlight<int, int> _flights = new();
    private int _running;

    [Fact(Timeout = Limit)]
    public async Task WhoStays_GetsTheValueOfItsKey_AndNothingIsLeft()
    {
        int rounds = LongSuite.Count(usual: 2_000, full: 20_000);
        LongSuite.Say($"seed {Seed}");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        await Task.WhenAll(Enumerable.Range(1, Callers).Select(number => Task.Run(
            () => CallAsync(new Random(Seed + number), rounds), cancellationToken)));

        while (Volatile.Read(ref _running) > 0) await Task.Yield();
        Assert.Equal(0, _flights.Count);
    }

    private async Task CallAsync(Random random, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            int key = random.Next(Keys);
            using var caller = new CancellationTokenSource();
            Task<int> run = _flights.RunAsync(key, token => WorkAsync(key, token), caller.Token);
            if (random.Next(10) is 0) _flights.Forget(key);
            bool leaves = random.Next(2) is 0;
            Task leaving = leaves ? Task.Run(caller.Cancel, CancellationToken.None) : Task.CompletedTask;
            Settled<int> end = await Settled.CaptureAsync(_ => run, caller.Token);
            await leaving;

            if (end.IsCompletedSuccessfully) Assert.Equal(key, end.Value);
            else Assert.True(end.IsCanceled && leaves, $"round {round}: {end.Exception}");
        }
    }

    private async ValueTask<int> WorkAsync(int key, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _running);
        try
        {
            for (var step = 0; step <= key; step++)
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
            }

            return key;
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
