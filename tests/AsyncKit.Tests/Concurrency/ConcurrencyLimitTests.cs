using AsyncKit.Concurrency;
using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Concurrency;

[Collection(typeof(Alone))]
public class ConcurrencyLimitTests
{
    private const int Seed = 11;

    [Fact]
    public void ANegativeValue_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("value", () => new ConcurrencyLimit(-1));
        var limit = new ConcurrencyLimit(2);

        Assert.Throws<ArgumentOutOfRangeException>("value", () => limit.Value = -1);

        Assert.Equal(2, limit.Value);
    }

    [Fact]
    public void APermit_IsTakenAndGivenBack()
    {
        var limit = new ConcurrencyLimit(1, "backend");

        Assert.True(limit.TryAcquire(out AsyncSemaphore.Lease permit));
        Assert.False(limit.TryAcquire(out _));
        Assert.Equal(0, limit.CurrentCount);
        permit.Dispose();

        Assert.Equal(1, limit.CurrentCount);
        Assert.Equal(("backend", "ConcurrencyLimit \"backend\""), (limit.Name, limit.ToString()));
    }

    [Fact]
    public Task RunnersThatShareALimit_StayBelowItTogether() => AsyncTest.RunAsync(async env =>
    {
        var limit = new ConcurrencyLimit(3);
        var counter = new ConcurrencyCounter();

        await Task.WhenAll(RunAsync(), RunAsync(), new BoundedRunner(limit).RunAsync(token => WorkAsync(0, token)));

        Assert.Equal(3, counter.Most);
        Assert.Equal(3, limit.CurrentCount);

        Task RunAsync() => new BoundedRunner(limit).ForEachAsync(Enumerable.Range(0, 10), WorkAsync);

        async ValueTask WorkAsync(int item, CancellationToken token)
        {
            using IDisposable running = counter.Enter();
            await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
        }
    });

    [Fact]
    public Task ALongRun_DoesNotStarveASingleCall() => AsyncTest.RunAsync(async env =>
    {
        var limit = new ConcurrencyLimit(2);
        using var caller = new CancellationTokenSource();
        Task endless = new BoundedRunner(limit).ForEachAsync(
            Endless(), async (_, token) => await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token), caller.Token);
        await Task.Delay(TimeSpan.FromSeconds(10.5), env.Time);

        await new BoundedRunner(limit).RunAsync(static _ => default);

        // At the end of the items that ran.
        Assert.Equal(TimeSpan.FromSeconds(11), env.Elapsed);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
    });

    [Fact]
    public async Task ALongRunWhoseBodiesNeverWait_DoesNotStarveASingleCall()
    {
        var limit = new ConcurrencyLimit(1);
        using var caller = new CancellationTokenSource();
        Task endless = new BoundedRunner(limit).ForEachAsync(Endless(), static (_, _) => default, caller.Token);

        for (var i = 0; i < 10; i++) await new BoundedRunner(limit).RunAsync(static _ => default);

        Assert.False(endless.IsCompleted);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
    }

    [Fact]
    public Task AHigherValue_LetsMoreBegin_WhileAllWorkersAreBusy() => AsyncTest.RunAsync(async env =>
    {
        var limit = new ConcurrencyLimit(1);
        var gate = new TaskCompletionSource();
        var running = 0;
        Task run = new BoundedRunner(limit).ForEachAsync(Enumerable.Range(0, 10), async (_, _) =>
        {
            running++;
            await gate.Task;
            running--;
        });
        await env.IdleAsync();
        Assert.Equal(1, running);

        limit.Value = 4;
        await env.IdleAsync();

        Assert.Equal(4, running);
        gate.SetResult();
        await run;
    });

    [Fact]
    public Task ALowerValue_InterruptsNothing_AndLetsNothingBegin() => AsyncTest.RunAsync(async env =>
    {
        var limit = new ConcurrencyLimit(4);
        var running = 0;
        var log = new List<int>();
        Task run = new BoundedRunner(limit).ForEachAsync(Enumerable.Range(0, 8), async (item, token) =>
        {
            log.Add(++running);
            await Task.Delay(TimeSpan.FromSeconds(1 + item), env.Time, token);
            running--;
        });
        await env.IdleAsync();

        limit.Value = 1;
        await run;

        // One at a time, as soon as the four that ran have ended.
        Assert.Equal([1, 2, 3, 4, 1, 1, 1, 1], log);
        Assert.Equal(TimeSpan.FromSeconds(4 + 5 + 6 + 7 + 8), env.Elapsed);
    });

    [Fact]
    public Task Zero_IsAPause() => AsyncTest.RunAsync(async env =>
    {
        var limit = new ConcurrencyLimit(0);
        Task<int[]> run = new BoundedRunner(limit).MapAsync([1, 2], static (item, _) => ValueTask.FromResult(item));

        await AsyncAssert.StaysPendingAsync(run, TimeSpan.FromHours(1), env.Time);
        limit.Value = 2;

        int[] results = await run;
        Assert.Equal([1, 2], results);
    });

    [Fact]
    public Task AWaitThatIsCancelled_TakesNothing() => AsyncTest.RunAsync(async _ =>
    {
        var limit = new ConcurrencyLimit(1);
        using var caller = new CancellationTokenSource();
        AsyncSemaphore.Lease held = await limit.AcquireAsync();
        Task waiting = limit.AcquireAsync(caller.Token).AsTask();
        Assert.Equal(1, limit.WaiterCount);

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        held.Dispose();

        Assert.Equal((1, 0), (limit.CurrentCount, limit.WaiterCount));
    });

    [Fact]
    public Task ChangedAThousandTimesWhileItRuns_ItIsNeverExceeded_AndAlwaysUsed() => AsyncTest.RunAsync(async env =>
    {
        const int Changes = 1_000;
        LongSuite.Say($"seed {Seed}");
        var random = new Random(Seed);
        var limit = new ConcurrencyLimit(1);
        var running = 0;
        using var caller = new CancellationTokenSource();
        Task run = new BoundedRunner(limit).ForEachAsync(Endless(), WorkAsync, caller.Token);

        for (var i = 0; i < Changes; i++)
        {
            await Task.Delay(TimeSpan.FromSeconds(0.4), env.Time);
            int before = running;
            limit.Value = random.Next(9);
            await env.IdleAsync();
            Assert.Equal(Math.Max(before, limit.Value), running);
        }

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        // Nothing else happens at the moment of a change, so none begins by a permit from before it.
        async ValueTask WorkAsync(int item, CancellationToken token)
        {
            Assert.InRange(++running, 1, limit.Value);
            await Task.Delay(TimeSpan.FromSeconds(0.3 + random.NextDouble()), env.Time, token);
            running--;
        }
    });

    private static IEnumerable<int> Endless()
    {
        for (var i = 0; ; i++) yield return i;
    }
}
