using AsyncKit.Concurrency;
using AsyncKit.Errors;

namespace AsyncKit.Tests.Stress;

/// <summary>Groups on real threads, while children spawn and fail, callers cancel and limits pass.</summary>
public class TaskGroupStressTests
{
    private const int Limit = 120_000;
    private const int Seed = 23;

    [Fact(Timeout = Limit)]
    public async Task WhateverHappens_NoChildOutlivesItsGroup_AndTheEndIsOneOfThose()
    {
        int rounds = LongSuite.Count(usual: 2_000, full: 20_000);
        LongSuite.Say($"seed {Seed}");
        var random = new Random(Seed);
        for (var round = 0; round < rounds; round++)
        {
            using var caller = new CancellationTokenSource();
            var children = new Children(random.Next(1, 12), random.Next(3) is 0);
            var options = new TaskGroupOptions
            {
                MaxConcurrency = random.Next(2) is 0 ? null : random.Next(1, 4),
                Timeout = random.Next(4) is 0 ? TimeSpan.FromMilliseconds(random.Next(2)) : Timeout.InfiniteTimeSpan,
            };
            bool cancels = random.Next(4) is 0;
            bool cancelsGroup = random.Next(4) is 0;
            Task cancelling = cancels ? Task.Run(caller.Cancel, CancellationToken.None) : Task.CompletedTask;

            Settled<int> end = await Settled.CaptureAsync(
                token => TaskGroup.RunAsync(
                    async group =>
                    {
                        children.Spawn(group);
                        await Task.Yield();
                        if (cancelsGroup) group.Cancel("enough");
                        return 1;
                    },
                    options,
                    token),
                caller.Token);
            await cancelling;

            Assert.Equal(0, children.Running);
            bool isExpected = end.Exception switch
            {
                null => children is { Ended: var ended, Begun: var begun } && ended == begun,
                IOException => children.AreFaulty,
                TimeoutException => options.Timeout != Timeout.InfiniteTimeSpan,
                OperationCanceledException => cancels || cancelsGroup,
                _ => false,
            };
            Assert.True(isExpected, $"round {round}: {end.Exception}");
        }
    }

    /// <summary>Each child yields, and lets the next one begin.</summary>
    private sealed class Children(int count, bool areFaulty)
    {
        private int _running;
        private int _begun;
        private int _ended;

        public bool AreFaulty => areFaulty;

        public int Running => Volatile.Read(ref _running);

        public int Begun => Volatile.Read(ref _begun);

        public int Ended => Volatile.Read(ref _ended);

        public void Spawn(TaskGroup group)
        {
            if (Interlocked.Increment(ref _begun) > count) Interlocked.Decrement(ref _begun);
            else _ = group.Run(token => RunAsync(group, token));
        }

        private async ValueTask RunAsync(TaskGroup group, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _running);
            try
            {
                Spawn(group);
                await Task.Yield();
                Spawn(group);
                cancellationToken.ThrowIfCancellationRequested();
                if (areFaulty && Begun == count) throw new IOException("broken");
                Interlocked.Increment(ref _ended);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        }
    }
}
