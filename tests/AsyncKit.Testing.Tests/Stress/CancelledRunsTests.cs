using System.Collections.Concurrent;
using AsyncKit.Testing.Tests.Scheduling;

namespace AsyncKit.Testing.Tests.Stress;

/// <summary>Runs that are cancelled, at whatever moment, from outside: each ends, and soon. A wake-up that got lost
/// would leave one asleep.</summary>
[Collection(typeof(Alone))]
public class CancelledRunsTests
{
    private const int AtATime = 8;
    private const int Seed = 20_260_102;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task RunsCancelledAtAnyMoment_AllEnd()
    {
        int runs = LongSuite.Count(usual: 400, full: 3_000);
        LongSuite.Say($"seed {Seed}, {AtATime} at a time");
        var failures = new ConcurrentBag<string>();
        var cancelled = 0;
        int next = -1;

        await Task.WhenAll(Enumerable.Range(0, AtATime).Select(_ => Task.Run(RunManyAsync)));

        LongSuite.Say($"{cancelled} were cancelled in time");
        Assert.Empty(failures);
        Assert.InRange(cancelled, runs / 10, runs);

        async Task RunManyAsync()
        {
            for (int number; (number = Interlocked.Increment(ref next)) < runs;)
            {
                try
                {
                    if (await IsCancelledAsync(new Random(Seed + number))) Interlocked.Increment(ref cancelled);
                }
                catch (Exception e)
                {
                    failures.Add($"run {number}: {e}");
                }
            }
        }
    }

    private static async Task<bool> IsCancelledAsync(Random random)
    {
        var cancel = new CancellationTokenSource();
        TimeSpan when = TimeSpan.FromMicroseconds(random.Next(10_000));
        bool waitsOutside = random.Next(2) is 0;
        Task run = AsyncTest.RunAsync(
            env => WorkAsync(env, waitsOutside, cancel.Token), cancellationToken: cancel.Token);

        // Keeps no thread of the pool busy, which would make the runs slow.
        await Task.Delay(when, TimeProvider.System);
        RealWork.Compute(TimeSpan.FromMicroseconds(when.Microseconds));

        await cancel.CancelAsync();

        try
        {
            await run.WaitAsync(_limit);
            return false;
        }
        catch (OperationCanceledException e) when (e.CancellationToken == cancel.Token)
        {
            return true;
        }
    }

    // Steps on the pump, on threads of the pool, on threads that block, and sleep of the pump.
    private static async Task WorkAsync(TestEnv env, bool waitsOutside, CancellationToken cancellationToken)
    {
        for (var i = 0; i < 5; i++)
        {
            using var open = new ManualResetEventSlim();
            Task opened = Task.Run(() => open.Wait(cancellationToken), CancellationToken.None);
            await env.DelayAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
            await Task.Run(open.Set, CancellationToken.None).ConfigureAwait(false);
            await opened;
            if (waitsOutside) await env.ExternalAsync(static () => WorkOfOthersAsync());
        }
    }

    private static Task WorkOfOthersAsync()
    {
        var done = new TaskCompletionSource();
        ThreadPool.UnsafeQueueUserWorkItem(static done => done.SetResult(), done, preferLocal: false);
        return done.Task;
    }
}
