using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

/// <summary>Items of one key one after the other, and keys at the same time.</summary>
public class BoundedRunnerKeyTests
{
    [Fact]
    public Task ItemsOfOneKey_RunInOrderAndAlone_AndOtherKeysMeanwhile() => AsyncTest.RunAsync(async env =>
    {
        var log = new List<string>();
        var runner = new BoundedRunner(2);

        await runner.ForEachByKeyAsync(
            ["a1", "a2", "b1", "a3", "b2"],
            item => item[0],
            async (item, token) =>
            {
                log.Add($"{item} at {env.Elapsed.TotalSeconds}");
                await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
            });

        Assert.Equal(["a1 at 0", "b1 at 0", "a2 at 1", "b2 at 1", "a3 at 2"], log);
        Assert.Equal(TimeSpan.FromSeconds(3), env.Elapsed);
    });

    [Fact]
    public async Task EveryItem_IsRunOnce_InTheOrderOfItsKey()
    {
        const int Keys = 7;
        var seen = Enumerable.Range(0, Keys).Select(_ => new List<int>()).ToArray();
        var counter = new ConcurrencyCounter();

        await new BoundedRunner(4).ForEachByKeyAsync(
            Enumerable.Range(0, 2_000),
            item => item % Keys,
            async (item, _) =>
            {
                using IDisposable running = counter.Enter();
                if (item % 3 is 0) await Task.Yield();

                // Not safe for two at a time: that there is one is what is tested.
                seen[item % Keys].Add(item);
            });

        Assert.InRange(counter.Most, 1, 4);
        for (var key = 0; key < Keys; key++)
            Assert.Equal(Enumerable.Range(0, 2_000).Where(item => item % Keys == key), seen[key]);
    }

    [Fact]
    public Task ManyItemsOfOneKey_ArePulledNoFurtherThanTheBuffer() => AsyncTest.RunAsync(async env =>
    {
        var pulled = 0;
        var gate = new TaskCompletionSource();
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 2, BufferCapacity = 5 });

        Task run = runner.ForEachByKeyAsync(
            Enumerable.Range(0, 100).Select(item => pulled = item + 1), _ => "one", async (_, _) => await gate.Task);
        await env.IdleAsync();

        Assert.Equal(7, pulled);
        gate.SetResult();
        await run;
        Assert.Equal(100, pulled);
    });

    [Fact]
    public async Task KeysAreComparedAsTold()
    {
        var running = new ConcurrencyCounter();

        await new BoundedRunner(4).ForEachByKeyAsync(
            ["a", "A", "a", "A"],
            item => item,
            async (_, _) =>
            {
                using IDisposable entered = running.Enter();
                await Task.Yield();
            },
            StringComparer.OrdinalIgnoreCase);

        Assert.Equal(1, running.Most);
    }

    [Fact]
    public async Task TaskMethods_AndItemsAsyncs_AreTakenToo()
    {
        var ran = 0;

        var runner = new BoundedRunner(2);
        await runner.ForEachByKeyAsync([1, 2], Itself, InATaskAsync);
        await runner.ForEachByKeyAsync(ItemsAsync(), Itself, InATaskAsync);
        await runner.ForEachByKeyAsync(ItemsAsync(), Itself, async (item, token) => await InATaskAsync(item, token));

        Assert.Equal(6, ran);

        static int Itself(int item) => item;

        Task InATaskAsync(int item, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref ran);
            return Task.CompletedTask;
        }

        static async IAsyncEnumerable<int> ItemsAsync()
        {
            await Task.Yield();
            yield return 1;
            yield return 2;
        }
    }

    [Fact]
    public async Task WhatTheKeySelectorThrows_FaultsTheRun()
    {
        Task run = new BoundedRunner(2).ForEachByKeyAsync(
            [1, 2], item => item is 2 ? throw new FormatException("no key") : item, static (_, _) => default);

        Assert.Equal("no key", (await Assert.ThrowsAsync<FormatException>(() => run)).Message);
    }

    [Fact]
    public Task AFault_StopsTheItemsThatWaitForTheirKey() => AsyncTest.RunAsync(async env =>
    {
        var ran = new List<int>();

        Task run = new BoundedRunner(2).ForEachByKeyAsync([1, 2, 3], _ => 0, async (item, token) =>
        {
            ran.Add(item);
            await Task.Delay(TimeSpan.FromSeconds(1), env.Time, token);
            throw new IOException($"item {item}");
        });

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Equal([1], ran);
        Assert.Single(run.Exception!.InnerExceptions);
    });

    [Fact]
    public Task CancelledWhileItemsWaitForTheirKey_TheRunIsCancelled() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        var gate = new TaskCompletionSource();

        Task run = new BoundedRunner(2).ForEachByKeyAsync(
            [1, 2], _ => 0, async (_, _) => await gate.Task, cancellationToken: caller.Token);
        await env.IdleAsync();
        await caller.CancelAsync();
        gate.SetResult();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(run.IsCanceled);
    });

    [Fact]
    public Task AFaultOfOneItem_IsCollected_AndItsKeyGoesOn() => AsyncTest.RunAsync(async _ =>
    {
        var ran = new List<int>();
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 2,
            OnError = ErrorPolicy.CollectAll,
        });

        Task run = runner.ForEachByKeyAsync([1, 2, 3], _ => 0, async (item, _) =>
        {
            await Task.Yield();
            ran.Add(item);
            if (item is 1) throw new IOException("first");
        });

        await Assert.ThrowsAsync<CollectedFaultsException>(() => run);
        Assert.Equal([1, 2, 3], ran);
    });
}
