using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Concurrency;

public class BoundedRunnerTests
{
    private readonly BoundedRunner _runner = new(3);

    public static TheoryData<int> Limits { get; } = [1, 2, 3, 7];

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void ALimitBelowOne_IsRefused(int limit)
    {
        ArgumentOutOfRangeException refused =
            Assert.Throws<ArgumentOutOfRangeException>("maxConcurrency", () => new BoundedRunner(limit));

        Assert.Equal(limit, refused.ActualValue);
    }

    [Theory]
    [MemberData(nameof(Limits))]
    public async Task ForEachAsync_RunsEveryItemOnce_AsManyAtATimeAsTheLimit(int limit)
    {
        var runner = new BoundedRunner(limit);
        var counter = new ConcurrencyCounter();
        var seen = new int[100];
        var allRunning = new TaskCompletionSource();

        await runner.ForEachAsync(Enumerable.Range(0, 100), async (item, _) =>
        {
            using IDisposable running = counter.Enter();
            if (counter.Running == limit) allRunning.TrySetResult();
            Interlocked.Increment(ref seen[item]);
            await allRunning.Task;
        });

        Assert.All(seen, times => Assert.Equal(1, times));
        Assert.Equal(limit, counter.Most);
        Assert.Equal(limit, runner.Limit.Value);
    }

    [Fact]
    public async Task MapAsync_ReturnsResultsInSourceOrder_WhateverTheOrderOfCompletion()
    {
        var gates = Enumerable.Range(0, 3).Select(_ => new TaskCompletionSource()).ToArray();

        Task<string[]> run = _runner.MapAsync([0, 1, 2], async (item, _) =>
        {
            await gates[item].Task;
            return $"item {item}";
        });
        foreach (TaskCompletionSource gate in gates.Reverse()) gate.SetResult();

        Assert.Equal(["item 0", "item 1", "item 2"], await run);
    }

    [Fact]
    public async Task MapAsync_OfNothing_IsEmpty() =>
        Assert.Empty(await _runner.MapAsync(Array.Empty<int>(), SquaredAsync));

    [Fact]
    public async Task TaskMethods_AndItemsAsyncs_AreTakenToo()
    {
        var doubled = 0;

        int[] squares = [1, 4, 9];
        Assert.Equal(squares, await _runner.MapAsync([1, 2, 3], SquareInATaskAsync));
        Assert.Equal(squares, await _runner.MapAsync(ItemsAsync(1, 2, 3), SquareInATaskAsync));
        Assert.Equal(squares, await _runner.MapAsync(ItemsAsync(1, 2, 3), SquaredAsync));
        await _runner.ForEachAsync([1, 2, 3], AddAsync);
        await _runner.ForEachAsync(ItemsAsync(1, 2, 3), AddAsync);
        await _runner.ForEachAsync(ItemsAsync(1, 2, 3), (item, token) => new ValueTask(AddAsync(item, token)));
        Assert.Equal(18, doubled);

        static Task<int> SquareInATaskAsync(int item, CancellationToken cancellationToken) =>
            Task.FromResult(item * item);

        Task AddAsync(int item, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref doubled, item);
            return Task.CompletedTask;
        }
    }

    [Fact]
    public async Task Source_IsPulledLazily_NeverMoreThanTheLimitAhead()
    {
        var finished = 0;
        var furthest = 0;

        await _runner.ForEachAsync(Source(), async (_, _) =>
        {
            await Task.Yield();
            Interlocked.Increment(ref finished);
        });

        Assert.InRange(furthest, 1, _runner.Limit.Value);

        IEnumerable<int> Source()
        {
            for (var i = 0; i < 500; i++)
            {
                // What was pulled, this element included, and has not ended.
                furthest = Math.Max(furthest, i + 1 - Volatile.Read(ref finished));
                yield return i;
            }
        }
    }

    [Fact]
    public async Task Source_IsNeverPulledByTwoAtOnce()
    {
        var pulling = new ConcurrencyCounter();

        await _runner.ForEachAsync(SourceAsync(), static async (_, _) => await Task.Yield());

        Assert.Equal(1, pulling.Most);

        async IAsyncEnumerable<int> SourceAsync()
        {
            for (var i = 0; i < 200; i++)
            {
                using (pulling.Enter()) await Task.Yield();
                yield return i;
            }
        }
    }

    [Fact]
    public async Task Bodies_RunWithoutTheCallersSynchronizationContext_ButWithItsAsyncLocals()
    {
        var ambient = new AsyncLocal<string> { Value = "caller" };
        SynchronizationContext? own = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        Task<(SynchronizationContext? Context, string? Local)[]> run;
        try
        {
            run = _runner.MapAsync([1, 2], (_, _) =>
                ValueTask.FromResult<(SynchronizationContext?, string?)>(
                    (SynchronizationContext.Current, ambient.Value)));
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(own);
        }

        Assert.All(await run, seen => Assert.Equal((null, "caller"), seen));
    }

    [Fact]
    public async Task ABodyThatSetsAnAsyncLocal_DoesNotChangeThoseAfterIt()
    {
        var ambient = new AsyncLocal<string> { Value = "caller" };
        var seen = new List<string?>();

        await new BoundedRunner(1).ForEachAsync(Enumerable.Range(0, 3), (item, _) =>
        {
            seen.Add(ambient.Value);
            ambient.Value = $"body {item}";
            return ValueTask.CompletedTask;
        });

        Assert.All(seen, value => Assert.Equal("caller", value));
    }

    [Fact]
    public async Task ASourceThatLetsABodyGoOn_LosesNoItem()
    {
        for (var round = 0; round < 100; round++)
        {
            var gate = new TaskCompletionSource();
            using var bodyWaits = new ManualResetEventSlim();

            Task<int[]> run = new BoundedRunner(2).MapAsync(Source(), async (item, _) =>
            {
                if (item is not 0) return item;
                bodyWaits.Set();
                await gate.Task.ConfigureAwait(false);
                return item;
            });

            Assert.Equal(Enumerable.Range(0, 10), await run);

            IEnumerable<int> Source()
            {
                for (var i = 0; i < 10; i++)
                {
                    if (i is 1) bodyWaits.Wait(TestContext.Current.CancellationToken);
                    if (i is 1) gate.SetResult();
                    yield return i;
                }
            }
        }
    }

    [Fact]
    public async Task TwoCalls_ShareTheLimitOfTheirRunner()
    {
        var counter = new ConcurrencyCounter();

        await Task.WhenAll(RunAsync(), RunAsync(), RunAsync());

        Assert.InRange(counter.Most, 1, _runner.Limit.Value);

        Task RunAsync() => _runner.ForEachAsync(Enumerable.Range(0, 200), async (_, _) =>
        {
            using IDisposable running = counter.Enter();
            await Task.Yield();
        });
    }

    [Fact]
    public async Task ARunThatWaitsForItsSource_HoldsNoPermit()
    {
        var runner = new BoundedRunner(1);
        var never = new TaskCompletionSource();
        using var caller = new CancellationTokenSource();
        Task waiting = runner.ForEachAsync(SourceAsync(), static (_, _) => ValueTask.CompletedTask, caller.Token);

        int[] other = await runner.MapAsync([2], SquaredAsync);

        Assert.Equal([4], other);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        async IAsyncEnumerable<int> SourceAsync()
        {
            yield return 1;
            await never.Task.WaitAsync(caller.Token);
        }
    }

    [Fact]
    public async Task AMillionSynchronousItems_DoNotDiveIntoTheStack()
    {
        var sum = 0L;

        await _runner.ForEachAsync(Enumerable.Range(0, 1_000_000), (item, _) =>
        {
            Interlocked.Add(ref sum, item);
            return ValueTask.CompletedTask;
        });

        Assert.Equal(499_999_500_000, sum);
    }

    private static ValueTask<int> SquaredAsync(int item, CancellationToken cancellationToken) =>
        ValueTask.FromResult(item * item);

    private static async IAsyncEnumerable<T> ItemsAsync<T>(params T[] items)
    {
        foreach (T item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }
}
