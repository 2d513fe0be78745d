using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Tests.Concurrency;

public class TaskCombinatorsTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly IOException _fault = new("broken");

    [Fact]
    public async Task WhenAllOrCancel_GivesTheValues_InTheOrderOfTheTasks()
    {
        using var source = new CancellationTokenSource();
        var late = new TaskCompletionSource<int>();

        Task<int[]> all = TaskCombinators.WhenAllOrCancelAsync([late.Task, Task.FromResult(2)], source);
        await TaskCombinators.WhenAllOrCancelAsync([Task.CompletedTask], source);
        late.SetResult(1);

        int[] values = await all;
        Assert.Equal([1, 2], values);
        Assert.False(source.IsCancellationRequested);
    }

    [Fact]
    public Task WhenAllOrCancel_TheFirstFault_CancelsTheOthers_AndWaitsForThem() => AsyncTest.RunAsync(async env =>
    {
        using var source = new CancellationTokenSource();
        var cleanedUp = false;

        Task all = TaskCombinators.WhenAllOrCancelAsync([FailAsync(), WaitAsync()], source);

        Assert.Same(_fault, await Assert.ThrowsAsync<IOException>(() => all));
        Assert.Single(all.Exception!.InnerExceptions);
        Assert.True(cleanedUp);

        async Task FailAsync()
        {
            await Task.Delay(_second, env.Time);
            throw _fault;
        }

        async Task WaitAsync()
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, source.Token);
            }
            finally
            {
                await Task.Delay(_second, env.Time, CancellationToken.None);
                cleanedUp = true;
            }
        }
    });

    [Fact]
    public async Task WhenAllOrCancel_EveryFault_IsToldOnce_InTheOrderTheyHappened()
    {
        using var source = new CancellationTokenSource();
        var first = new TaskCompletionSource();
        var second = new TaskCompletionSource();
        var other = new FormatException("other");

        Task all = TaskCombinators.WhenAllOrCancelAsync([first.Task, second.Task, second.Task], source);
        second.SetException([_fault, other]);
        first.SetException(_fault);

        Assert.Same(_fault, await Assert.ThrowsAsync<IOException>(() => all));
        Assert.Equal([_fault, other], all.Exception!.InnerExceptions);
    }

    [Fact]
    public async Task WhenAllOrCancel_ASourceThatSomebodyElseCancelled_IsACancellation()
    {
        using var source = new CancellationTokenSource();
        Task all = TaskCombinators.WhenAllOrCancelAsync(
            [Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, source.Token)], source);

        await source.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.True(all.IsCanceled);
    }

    [Fact]
    public async Task WhenAllOrCancel_ACancellationNobodyAskedFor_IsAFault_AndCancelsTheOthers()
    {
        using var source = new CancellationTokenSource();

        Task all = TaskCombinators.WhenAllOrCancelAsync(
            [
                Task.FromCanceled(new CancellationToken(canceled: true)),
                Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, source.Token),
            ],
            source);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        Assert.True(all.IsFaulted);
        Assert.True(source.IsCancellationRequested);
    }

    [Fact]
    public async Task WhenAllOrCancel_WhatACancellationCallbackThrows_IsReportedToo()
    {
        using var source = new CancellationTokenSource();
        await using CancellationTokenRegistration faulty =
            source.Token.Register(static () => throw new FormatException("callback"));

        Task all = TaskCombinators.WhenAllOrCancelAsync([Task.FromException(_fault)], source);

        await Assert.ThrowsAsync<IOException>(() => all);
        Assert.Equal(["broken", "callback"], all.Exception!.InnerExceptions.Select(fault => fault.Message));
    }

    [Fact]
    public async Task WhenAllSettled_GivesEachOutcome_AndDoesNotThrow()
    {
        var cancelled = new CancellationToken(canceled: true);

        Settled<int>[] values = await TaskCombinators.WhenAllSettledAsync(
            [Task.FromResult(1), Task.FromException<int>(_fault), Task.FromCanceled<int>(cancelled)]);
        Settled[] plain = await TaskCombinators.WhenAllSettledAsync([Task.CompletedTask, Task.FromException(_fault)]);

        Assert.Equal(1, values[0].Value);
        Assert.Same(_fault, values[1].Exception);
        Assert.True(values[2].IsCanceled);
        Assert.True(plain[0].IsCompletedSuccessfully && plain[1].IsFaulted);
    }

    [Fact]
    public async Task Tuples_GiveAllValues_OrAllFaultsInTheOrderOfTheTasks()
    {
        var late = new TaskCompletionSource<string>();
        Task<(int First, string Second)> two = TaskCombinators.WhenAll(Task.FromResult(1), late.Task);
        late.SetResult("b");

        Assert.Equal((1, "b"), await two);
        Assert.Equal((1, "b", 'c'), await TaskCombinators.WhenAll(Task.FromResult(1), late.Task, Task.FromResult('c')));
        Assert.Equal(
            (1, "b", 'c', 4.0),
            await TaskCombinators.WhenAll(Task.FromResult(1), late.Task, Task.FromResult('c'), Task.FromResult(4.0)));

        Task failed = TaskCombinators.WhenAll(
            Task.FromException<int>(_fault), Task.FromResult(2), Task.FromException<int>(new FormatException("other")));
        Assert.Same(_fault, await Assert.ThrowsAsync<IOException>(() => failed));
        Assert.Equal(["broken", "other"], failed.Exception!.InnerExceptions.Select(fault => fault.Message));

        var token = new CancellationToken(canceled: true);
        Task cancelled = TaskCombinators.WhenAll(Task.FromResult(1), Task.FromCanceled<int>(token));
        Assert.Equal(
            token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled)).CancellationToken);
        Assert.True(cancelled.IsCanceled);
    }

    [Fact]
    public async Task WhenAll_WithAToken_EndsAsTheTasks_OrWhenItIsCancelled()
    {
        using var caller = new CancellationTokenSource();
        var never = new TaskCompletionSource<int>();

        int[] values = await TaskCombinators.WhenAll([Task.FromResult(1), Task.FromResult(2)], caller.Token);
        Assert.Equal([1, 2], values);
        await TaskCombinators.WhenAll([Task.CompletedTask], caller.Token);
        Task failed = TaskCombinators.WhenAll([Task.FromException(_fault), Task.FromException(_fault)], caller.Token);
        await Assert.ThrowsAsync<IOException>(() => failed);
        Assert.Equal(2, failed.Exception!.InnerExceptions.Count);

        Task<int[]> waits = TaskCombinators.WhenAll([Task.FromResult(1), never.Task], caller.Token);
        Assert.False(waits.IsCompleted);
        await caller.CancelAsync();
        Assert.Equal(
            caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits)).CancellationToken);
        Assert.False(never.Task.IsCompleted);
        Assert.True(TaskCombinators.WhenAll([Task.CompletedTask], caller.Token).IsCanceled);
    }

    [Fact]
    public async Task WhenAny_GivesTheFirstThatEnds_HoweverItDoes_OrIsCancelled()
    {
        using var caller = new CancellationTokenSource();
        var never = new TaskCompletionSource<int>();
        Task<int> failed = Task.FromException<int>(_fault);

        Assert.Same(failed, await TaskCombinators.WhenAny([never.Task, failed], caller.Token));
        Assert.Same(Task.CompletedTask, await TaskCombinators.WhenAny([never.Task, Task.CompletedTask], caller.Token));

        Task<Task<int>> waits = TaskCombinators.WhenAny([never.Task], caller.Token);
        Assert.False(waits.IsCompleted);
        await caller.CancelAsync();
        Assert.Equal(
            caller.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits)).CancellationToken);
        Assert.False(never.Task.IsCompleted);
    }

    [Fact]
    public Task AsCompleted_GivesTasksAsTheyEnd() => AsyncTest.RunAsync(async env =>
    {
        var seen = new List<string>();
        Task<int>[] tasks = [SleepAsync(env, 3), SleepAsync(env, 1), SleepAsync(env, 2, fails: true)];

        await foreach (Task<int> task in TaskCombinators.AsCompletedAsync(tasks, Deadline.After(9 * _second, env.Time)))
        {
            Assert.True(task.IsCompleted);
            seen.Add($"{Settled.FromTask(task)} at {env.Elapsed.TotalSeconds}");
        }

        Assert.Equal(["Succeeded: 1 at 1", "Faulted: broken at 2", "Succeeded: 3 at 3"], seen);
    });

    [Fact]
    public Task AsCompleted_WhenTheLimitPasses_SaysHowManyHadNotEnded() => AsyncTest.RunAsync(async env =>
    {
        Task<int>[] tasks = [SleepAsync(env, 1), SleepAsync(env, 9), SleepAsync(env, 9)];
        var seen = 0;

        var timeout = await Assert.ThrowsAsync<TimeoutException>(async () =>
        {
            var deadline = Deadline.After(5 * _second, env.Time);
            await foreach (Task<int> _ in TaskCombinators.AsCompletedAsync(tasks, deadline)) seen++;
        });

        Assert.Equal("The limit of 00:00:05 has passed, and 2 of 3 tasks had not ended.", timeout.Message);
        Assert.Equal((1, 5 * _second), (seen, env.Elapsed));
        await Task.WhenAll(tasks);
    });

    [Fact]
    public Task AsCompleted_EndsByItsToken_AndByABreak() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task<int>[] tasks = [SleepAsync(env, 1), SleepAsync(env, 9)];

        await foreach (Task<int> _ in TaskCombinators.AsCompletedAsync(tasks, Deadline.Never)) break;
        Assert.Equal(_second, env.Elapsed);

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (Task<int> _ in TaskCombinators.AsCompletedAsync(tasks, Deadline.Never, caller.Token))
                Cancel();
        });
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Equal(_second, env.Elapsed);
        await Task.WhenAll(tasks);

        void Cancel() => caller.Cancel();
    });

    [Fact]
    public void BadArguments_AreRefused()
    {
        using var source = new CancellationTokenSource();
        Task[] withNull = [Task.CompletedTask, null!];

        var refused = Assert.Throws<ArgumentException>(
            "tasks", () => { _ = TaskCombinators.WhenAllSettledAsync(withNull); });
        Assert.Contains("number 1", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("tasks", () => { _ = TaskCombinators.WhenAll(withNull, source.Token); });
        Assert.Throws<ArgumentException>(
            "tasks", () => { _ = TaskCombinators.WhenAllOrCancelAsync(withNull, source); });
        Assert.Throws<ArgumentException>(
            "tasks", () => { _ = TaskCombinators.WhenAny(Array.Empty<Task>(), source.Token); });
    }

    private static async Task<int> SleepAsync(TestEnv env, int seconds, bool fails = false)
    {
        await Task.Delay(seconds * _second, env.Time);
        return fails ? throw _fault : seconds;
    }
}
