using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class BlockingRunnerTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ACall_RunsOnAThreadOfTheRunner_AndItsCallerGoesOnElsewhere()
    {
        await using var runner = new BlockingRunner(new BlockingRunnerOptions { MaxThreads = 1, Name = "database" });

        (string? Name, bool IsPooled, bool IsBackground, SynchronizationContext? Context) seen = await runner.RunAsync(
            static _ => (
                Thread.CurrentThread.Name,
                Thread.CurrentThread.IsThreadPoolThread,
                Thread.CurrentThread.IsBackground,
                SynchronizationContext.Current),
            TestToken);

        Assert.Equal(("database", false, true, null), seen);
        Assert.NotEqual("database", Thread.CurrentThread.Name);
        Assert.Equal("BlockingRunner \"database\"", runner.ToString());
    }

    [Fact]
    public async Task Calls_RunSoManyAtATime_AndTheOthersInTheOrderInWhichTheyCame()
    {
        await using var runner = new BlockingRunner(2);
        using var gate = new ManualResetEventSlim();
        using var began = new CountdownEvent(2);
        ConcurrentQueue<int> order = new();
        Task[] first = [.. Enumerable.Range(0, 2).Select(_ => runner.RunAsync(
            _ =>
            {
                began.Signal();
                gate.Wait(CancellationToken.None);
            },
            TestToken))];
        began.Wait(TestToken);
        runner.MaxThreads = 1;
        Task[] later = [.. Enumerable.Range(0, 100).Select(i => runner.RunAsync(_ => order.Enqueue(i), TestToken))];

        Assert.Equal((2, 100, 2), (runner.RunningCount, runner.WaitingCount, runner.ThreadCount));
        gate.Set();
        await Task.WhenAll([.. first, .. later]);

        Assert.Equal(Enumerable.Range(0, 100), order);
    }

    [Fact]
    public async Task AHigherLimit_LetsWaitingCallsBeginAtOnce()
    {
        await using var runner = new BlockingRunner(1);
        using var all = new Barrier(3);
        Task[] calls = [.. Enumerable.Range(0, 3).Select(
            _ => runner.RunAsync(_ => { all.SignalAndWait(CancellationToken.None); }, TestToken))];

        runner.MaxThreads = 3;
        await Task.WhenAll(calls);

        Assert.Equal(3, runner.MaxThreads);
    }

    [Fact]
    public async Task AFault_IsThatOfTheCall()
    {
        await using var runner = new BlockingRunner(1);
        var fault = new IOException("the disk is full");

        Task call = runner.RunAsync(_ => throw fault, TestToken);

        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => call));
        Assert.Equal(1, await runner.RunAsync(static _ => 1, TestToken));
    }

    [Fact]
    public async Task ACallThatWaits_IsNotStarted_OnceItIsCancelled()
    {
        await using var runner = new BlockingRunner(1);
        using var gate = new ManualResetEventSlim();
        using var source = new CancellationTokenSource();
        var wasStarted = false;
        Task holder = runner.RunAsync(_ => gate.Wait(CancellationToken.None), TestToken);
        Task waiting = runner.RunAsync(_ => wasStarted = true, source.Token);
        Task<int> behind = runner.RunAsync(static _ => 1, TestToken);

        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        gate.Set();

        Assert.Equal((source.Token, 1, false), (cancelled.CancellationToken, await behind, wasStarted));
        await holder;
    }

    [Fact]
    public async Task ACallThatRuns_IsWaitedFor_WhateverItMakesOfItsToken()
    {
        await using var runner = new BlockingRunner(2);
        using var source = new CancellationTokenSource();
        using var gate = new ManualResetEventSlim();
        using var began = new CountdownEvent(2);
        Task<int> deaf = runner.RunAsync(
            _ =>
            {
                began.Signal();
                gate.Wait(CancellationToken.None);
                return 1;
            },
            source.Token);
        Task<int> polite = runner.RunAsync<int>(
            token =>
            {
                began.Signal();
                token.WaitHandle.WaitOne();
                throw new OperationCanceledException("as asked", token);
            },
            source.Token);
        began.Wait(TestToken);

        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => polite);
        Assert.False(deaf.IsCompleted);
        gate.Set();

        Assert.Equal(1, await deaf);
        Assert.Equal((source.Token, "as asked"), (cancelled.CancellationToken, cancelled.Message));
    }

    [Fact]
    public async Task ACancellationNobodyAskedFor_IsAFault()
    {
        await using var runner = new BlockingRunner(1);

        Task call = runner.RunAsync(static _ => throw new OperationCanceledException("not ours"), TestToken);
        await Assert.ThrowsAsync<OperationCanceledException>(() => call);

        Assert.True(call.IsFaulted);
    }

    [Fact]
    public async Task AnAbandonedCall_KeepsItsThread_AndItsLateFaultIsReported()
    {
        var late = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var runner = new BlockingRunner(
            new BlockingRunnerOptions { MaxThreads = 1, OnLateFault = late.SetResult });
        using var source = new CancellationTokenSource();
        using var gate = new ManualResetEventSlim();
        using var began = new ManualResetEventSlim();
        var fault = new IOException("too late");
        Task call = runner.RunOrAbandonAsync(
            _ =>
            {
                began.Set();
                gate.Wait(CancellationToken.None);
                throw fault;
            },
            source.Token);
        began.Wait(TestToken);
        Task<int> next = runner.RunOrAbandonAsync(static _ => 1, TestToken);

        await source.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal((1, 1, false), (runner.RunningCount, runner.WaitingCount, next.IsCompleted));
        gate.Set();

        Assert.Equal(1, await next);
        Assert.Same(fault, await late.Task);
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task Disposing_WaitsForCalls_ButNotForAbandonedOnes()
    {
        var runner = new BlockingRunner(2);
        using var source = new CancellationTokenSource();
        using var gate = new ManualResetEventSlim();
        using var abandonedGate = new ManualResetEventSlim();
        using var began = new CountdownEvent(2);
        Task abandoned = runner.RunOrAbandonAsync(_ => Hold(abandonedGate), source.Token);
        Task call = runner.RunAsync(_ => Hold(gate), TestToken);
        began.Wait(TestToken);
        Task<int> waiting = runner.RunAsync(static _ => 1, TestToken);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => abandoned);

        Task disposal = runner.DisposeAsync().AsTask();
        var refused = Assert.Throws<ObjectDisposedException>(() => { _ = runner.RunAsync(static _ => 1); });
        Assert.False(disposal.IsCompleted);
        gate.Set();
        await disposal;

        Assert.Equal((true, 1), (call.IsCompletedSuccessfully, await waiting));
        Assert.Equal("BlockingRunner", refused.ObjectName);
        Assert.Equal(1, runner.RunningCount);
        abandonedGate.Set();
        await runner.DisposeAsync();

        void Hold(ManualResetEventSlim until)
        {
            began.Signal();
            until.Wait(CancellationToken.None);
        }
    }

    [Fact]
    public async Task TheValuesOfTheCaller_AreThoseOfTheCall_AndNoneLeaks()
    {
        await using var runner = new BlockingRunner(1);
        var local = new AsyncLocal<string?> { Value = "caller" };

        string? seen = await runner.RunAsync(
            _ =>
            {
                string? before = local.Value;
                local.Value = "call";
                SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
                return before;
            },
            TestToken);
        local.Value = null;
        (string?, SynchronizationContext?) next = await runner.RunAsync(
            _ => (local.Value, SynchronizationContext.Current), TestToken);
        Task<string?> unflowed;
        using (ExecutionContext.SuppressFlow()) unflowed = runner.RunAsync(_ => local.Value, TestToken);

        Assert.Equal(("caller", (null, null), null), (seen, next, await unflowed));
    }

    [Fact]
    public async Task ThreadsGo_WhenThereIsNothingToDo()
    {
        await using var runner = new BlockingRunner(
            new BlockingRunnerOptions { IdleTimeout = TimeSpan.FromMilliseconds(1) });
        Thread thread = await runner.RunAsync(static _ => Thread.CurrentThread, TestToken);

        thread.Join();

        Assert.Equal(0, runner.ThreadCount);
        Assert.NotSame(thread, await runner.RunAsync(static _ => Thread.CurrentThread, TestToken));
    }

    [Fact]
    public async Task AThread_KeepsNothingOfItsFirstCall()
    {
        await using var runner = new BlockingRunner(1);
        using var gate = new ManualResetEventSlim();
        using var hasBegun = new ManualResetEventSlim();
        WeakReference value = await Task.Run(() => RunAndForgetAsync(runner, next: () =>
        {
            hasBegun.Set();
            gate.Wait(CancellationToken.None);
        }));

        hasBegun.Wait(TestToken);
        await Task.Yield();
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        bool isKept = value.IsAlive;
        gate.Set();

        Assert.False(isKept);
    }

    [Fact]
    public async Task AThreadThatWasInterrupted_DoesTheNextCall()
    {
        await using var runner = new BlockingRunner(1);
        Thread thread = await runner.RunAsync(static _ => Thread.CurrentThread, TestToken);

        thread.Interrupt();

        Assert.Same(thread, await runner.RunAsync(static _ => Thread.CurrentThread, TestToken));
    }

    [Fact]
    public async Task AnInterruptionThatACallLeavesBehind_EndsNoThread()
    {
        await using var runner = new BlockingRunner(4);

        for (var round = 0; round < 500; round++)
        {
            await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => Task.Run(
                () => runner.RunAsync(static _ => Thread.CurrentThread.Interrupt()), TestToken)));
        }
    }

    [Fact]
    public void WorkThatGivesATask_IsRefused()
    {
        var runner = new BlockingRunner(1);

        var refused = Assert.Throws<ArgumentException>(
            () => { _ = runner.RunAsync(static _ => Task.CompletedTask, TestToken); });

        Assert.StartsWith(
            "work must be a call that blocks, but gives a Task: await that instead.",
            refused.Message,
            StringComparison.Ordinal);
        Assert.Throws<ArgumentException>("work", () => { _ = runner.RunAsync(static _ => ValueTask.FromResult(1)); });
    }

    [Fact]
    public Task InATestOnVirtualTime_TheClockWaitsForTheCall() => AsyncTest.RunAsync(async env =>
    {
        await using var runner = new BlockingRunner(1);
        Task timer = Task.Delay(TimeSpan.FromHours(1), env.Time);

        int value = await runner.RunAsync(static _ => 1);

        Assert.Equal((1, TimeSpan.Zero, false), (value, env.Elapsed, timer.IsCompleted));
        await timer;
    });

    [Fact]
    public Task ACallThatIsRefused_LeavesNoUnobservedFault() => AsyncTest.RunAsync(
        static async env =>
        {
            var runner = new BlockingRunner(1);
            await runner.DisposeAsync();

            Assert.Throws<ObjectDisposedException>(() => { _ = runner.RunAsync(static _ => 1); });
        },
        new AsyncTestOptions { Leaks = LeakChecks.All });

    [Theory]
    [InlineData(0, 1.0, "MaxThreads must be at least 1, but was 0.")]
    [InlineData(1, -2.0, "IdleTimeout must be from zero to 2147483647 ms, or infinite, but was -00:00:02.")]
    public void OptionsOutOfRange_AreRefused(int threads, double idle, string message)
    {
        var options = new BlockingRunnerOptions { MaxThreads = threads, IdleTimeout = TimeSpan.FromSeconds(idle) };

        var refused = Assert.Throws<ArgumentException>(() => new BlockingRunner(options));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    // The next call waits for the thread, which takes it without being told.
    private static async Task<WeakReference> RunAndForgetAsync(BlockingRunner runner, Action next)
    {
        using var gate = new ManualResetEventSlim();
        Task<object> first = runner.RunAsync(
            _ =>
            {
                gate.Wait(CancellationToken.None);
                return new object();
            },
            TestToken);
        _ = runner.RunAsync(_ => next(), TestToken);
        gate.Set();
        return new WeakReference(await first);
    }
}
