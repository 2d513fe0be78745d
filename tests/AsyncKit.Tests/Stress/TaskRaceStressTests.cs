using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Tests.Stress;

/// <summary>Races on real threads, while contenders fail, delays pass and callers cancel.</summary>
public class TaskRaceStressTests
{
    private const int Limit = 120_000;
    private const int Seed = 31;

    [Fact(Timeout = Limit)]
    public async Task WhateverHappens_OneResultIsGivenAtMost_AndTheOthersAreDisposed()
    {
        int rounds = LongSuite.Count(usual: 2_000, full: 20_000);
        LongSuite.Say($"seed {Seed}");
        var random = new Random(Seed);
        for (var round = 0; round < rounds; round++)
        {
            using var caller = new CancellationTokenSource();
            var made = 0;
            var disposed = 0;
            var running = 0;
            var failures = 0;
            int contenders = random.Next(1, 5);
            int[] steps = [.. Enumerable.Range(0, contenders).Select(_ => random.Next(-2, 4))];
            TimeSpan delay = random.Next(3) switch
            {
                0 => TimeSpan.Zero,
                1 => Timeout.InfiniteTimeSpan,
                _ => TimeSpan.FromMilliseconds(1),
            };
            bool cancels = random.Next(3) is 0;
            Task cancelling = cancels ? Task.Run(caller.Cancel, CancellationToken.None) : Task.CompletedTask;

            Settled<Result> end = await Settled.CaptureAsync(
                token => TaskRace.StaggeredAsync(
                    steps.Select(count => (Func<CancellationToken, ValueTask<Result>>)(stop => WorkAsync(count, stop))),
                    delay,
                    cancellationToken: token),
                caller.Token);
            await cancelling;

            Assert.Equal(0, running);
            Assert.Equal(made - (end.IsCompletedSuccessfully ? 1 : 0), disposed);
            Assert.True(
                end.IsCompletedSuccessfully || (end.IsCanceled && cancels) || (end.IsFaulted && failures > 0),
                $"round {round}: {end.Exception}");

            // Fewer than no steps: it fails.
            async ValueTask<Result> WorkAsync(int count, CancellationToken cancellationToken)
            {
                Interlocked.Increment(ref running);
                try
                {
                    for (var step = 0; step < Math.Abs(count); step++) await Task.Yield();
                    cancellationToken.ThrowIfCancellationRequested();
                    if (count < 0)
                    {
                        Interlocked.Increment(ref failures);
                        throw new IOException("broken");
                    }

                    Interlocked.Increment(ref made);
                    return new Result(() => Interlocked.Increment(ref disposed));
                }
                finally
                {
                    Interlocked.Decrement(ref running);
                }
            }
        }
    }

    private sealed class Result(Action onDispose) : IDisposable
    {
        public void Dispose() => onDispose();
    }
}
