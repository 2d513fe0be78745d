using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class EventLoopTests
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public void AllOfIt_RunsOnTheCallingThread()
    {
        Thread caller = Thread.CurrentThread;
        SynchronizationContext? context = SynchronizationContext.Current;

        (Thread Before, Thread After, EventLoop? Loop) seen = EventLoop.Run(
            static async _ =>
            {
                Thread before = Thread.CurrentThread;
                await Task.Run(static () => { }, TestToken);
                await Task.Yield();
                return (before, Thread.CurrentThread, EventLoop.Current);
            },
            new EventLoopOptions { Name = "tests" },
            TestToken);

        Assert.Equal((caller, caller), (seen.Before, seen.After));
        Assert.Equal("EventLoop \"tests\"", seen.Loop?.ToString());
        Assert.Null(EventLoop.Current);
        Assert.Same(context, SynchronizationContext.Current);
    }

    [Fact]
    public void BetweenTwoAwaits_NothingElseOfTheLoopRuns()
    {
        var sum = 0;

        EventLoop.Run(
            _ => Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
            {
                for (var i = 0; i < 1_000; i++)
                {
                    int before = sum;
                    sum = before + 1;
                    await Task.Yield();
                }
            })),
            cancellationToken: TestToken);

        Assert.Equal(8_000, sum);
    }

    [Fact]
    public async Task Callbacks_RunInTheOrderInWhichTheyWerePosted()
    {
        const int Many = 100_000;
        List<int> order = [];
        await using EventLoop loop = EventLoop.Start();

        for (var i = 0; i < Many; i++)
        {
            int number = i;
            loop.Post(() => order.Add(number));
        }

        await loop.RunAsync(static _ => default(ValueTask), cancellationToken: TestToken);
        Assert.Equal(Enumerable.Range(0, Many), order);
    }

    [Fact]
    public void ALoopInALoop_IsRefused()
    {
        InvalidOperationException refused = EventLoop.Run(
            static _ => ValueTask.FromResult(Assert.Throws<InvalidOperationException>(
                static () => EventLoop.Run(static _ => default(ValueTask)))),
            new EventLoopOptions { Name = "outer" },
            TestToken);

        Assert.Equal(
            "The caller runs on EventLoop \"outer\" already: await the work instead.", refused.Message);
    }

    [Fact]
    public void AFaultOfTheWork_ComesOutAsItIs_AndTheNextLoopRuns()
    {
        var fault = new IOException("down");

        Assert.Same(fault, Assert.Throws<IOException>(() => EventLoop.Run(
            async _ =>
            {
                await Task.Yield();
                throw fault;
            },
            cancellationToken: TestToken)));
        Assert.Equal(1, EventLoop.Run(static _ => ValueTask.FromResult(1), cancellationToken: TestToken));
    }

    [Fact]
    public void TheCallersCancellation_IsTold_WithTheCallersToken()
    {
        using var source = new CancellationTokenSource();

        var cancelled = Assert.ThrowsAny<OperationCanceledException>(() => EventLoop.Run(
            async token =>
            {
                await source.CancelAsync();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
            cancellationToken: source.Token));

        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.ThrowsAny<OperationCanceledException>(
            () => EventLoop.Run(static _ => default(ValueTask), cancellationToken: source.Token));
    }

    [Fact]
    public void WhatAsyncVoidMethodsThrow_ComesOutOfTheRun()
    {
        var fault = new IOException("void");

        Assert.Same(fault, Assert.Throws<IOException>(() => EventLoop.Run(
            token =>
            {
                VoidMethod.Throw(fault);
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
            cancellationToken: TestToken)));
    }

    [Fact]
    public async Task WithAHandler_TheLoopGoesOn()
    {
        ConcurrentQueue<string> faults = new();
        await using EventLoop loop = EventLoop.Start(
            new EventLoopOptions { OnUnhandled = fault => faults.Enqueue(fault.Message) });

        loop.Post(static () => throw new IOException("posted"));
        await loop.RunAsync(
            static async _ =>
            {
                VoidMethod.Throw(new IOException("void"));
                await Task.Yield();
            },
            cancellationToken: TestToken);
        await loop.CompleteAsync();

        Assert.Equal(["posted", "void"], faults);
    }

    [Fact]
    public async Task ALoopOfItsOwn_TakesWorkFromEveryThread()
    {
        await using EventLoop loop = EventLoop.Start(new EventLoopOptions { Name = "own" });
        var local = new AsyncLocal<string?> { Value = "caller" };
        var sum = 0;

        (string? Thread, string? Local, bool IsCurrent, bool IsPooled) seen = await loop.RunAsync(
            async _ =>
            {
                await Task.Yield();
                Thread thread = Thread.CurrentThread;
                return (thread.Name, local.Value, loop.IsCurrent, thread.IsThreadPoolThread);
            },
            cancellationToken: TestToken);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(
            () => loop.RunAsync(
                async _ =>
                {
                    for (var i = 0; i < 100; i++)
                    {
                        sum++;
                        await Task.Yield();
                    }
                },
                cancellationToken: TestToken),
            TestToken)));
        Thread ofTask = await Task.Factory.StartNew(
            static () => Thread.CurrentThread, TestToken, TaskCreationOptions.None, loop.Scheduler);

        Assert.Equal(("own", "caller", true, false), seen);
        Assert.Equal((800, "own", false), (sum, ofTask.Name, loop.IsCurrent));
    }

    [Fact]
    public async Task WorkThatIsCancelled_BeforeItsTurn_IsTakenBackAtOnce()
    {
        await using EventLoop loop = EventLoop.Start();
        using var caller = new CancellationTokenSource();
        using var gate = new SemaphoreSlim(0);
        var hasRun = false;
        loop.Post(gate.Wait);

        Task work = loop.RunAsync(
            _ =>
            {
                hasRun = true;
                return default(ValueTask);
            },
            cancellationToken: caller.Token);
        await caller.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);

        Assert.Equal(caller.Token, cancelled.CancellationToken);
        gate.Release();
        await loop.CompleteAsync();
        Assert.False(hasRun);
    }

    [Fact]
    public async Task SendFromOutside_WaitsForTheLoop_AndOnIt_RunsAtOnce()
    {
        await using EventLoop loop = EventLoop.Start();
        SynchronizationContext context = await loop.RunAsync(
            static _ => ValueTask.FromResult(SynchronizationContext.Current!), cancellationToken: TestToken);
        List<string> order = [];

        context.Send(_ => order.Add($"sent, {loop.IsCurrent}"), null);
        Assert.Throws<IOException>(() => context.Send(static _ => throw new IOException(), null));
        await loop.RunAsync(
            _ =>
            {
                context.Send(_ => order.Add("inside"), null);
                order.Add("after");
                return default(ValueTask);
            },
            cancellationToken: TestToken);

        Assert.Equal(["sent, True", "inside", "after"], order);
        Assert.Same(context, context.CreateCopy());
    }

    [Fact]
    public Task OnVirtualTime_TheClockWaitsForTheLoop() => AsyncTest.RunAsync(async env =>
    {
        await using EventLoop loop = EventLoop.Start(new EventLoopOptions { TimeProvider = env.Time });

        int hours = await loop.RunAsync(async token =>
        {
            await Task.Delay(TimeSpan.FromHours(2), env.Time, token);
            return (int)env.Elapsed.TotalHours;
        });
        await loop.CompleteAsync();

        Assert.Equal((2, TimeSpan.FromHours(2)), (hours, env.Elapsed));
    });

    [Fact]
    public async Task AStepThatTakesLong_IsReported_ByTheNameOfItsMethod()
    {
        var time = new ManualTimeProvider();
        ConcurrentQueue<SlowCallback> reports = new();
        await using EventLoop loop = StartReporting(time, reports);

        await loop.RunAsync(_ => new ValueTask(ComputeAsync()), cancellationToken: TestToken);
        loop.Post(Compute);
        await loop.CompleteAsync();

        // While the runtime is asked for its tasks, as other tests do, it wraps what comes back from an await.
        Assert.Equal(2, reports.Count);
        Assert.Equal(TimeSpan.FromMilliseconds(150), reports.First().Duration);
        Assert.True(reports.First().Name is nameof(ComputeAsync) or "Invoke", reports.First().Name);
        Assert.Equal(new SlowCallback(nameof(Compute), TimeSpan.FromMilliseconds(100)), reports.Last());

        async Task ComputeAsync()
        {
            await Task.Yield();
            time.Advance(TimeSpan.FromMilliseconds(150));
        }

        void Compute() => time.Advance(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public void WhatAPostedCallbackSets_IsNotSeenByTheNext_NorByTheCaller()
    {
        var local = new AsyncLocal<string?>();
        string? seen = "nothing";

        EventLoop.Run(
            _ =>
            {
                SynchronizationContext.Current!.Post(_ => local.Value = "posted", null);
                SynchronizationContext.Current!.Post(_ => seen = local.Value, null);
                return ValueTask.CompletedTask;
            },
            cancellationToken: TestToken);

        Assert.Equal((null, null), (seen, local.Value));
    }

    [Fact]
    public async Task TheFirstStepOfWork_IsReportedByTheNameOfTheWork()
    {
        var time = new ManualTimeProvider();
        ConcurrentQueue<SlowCallback> reports = new();
        await using EventLoop loop = StartReporting(time, reports);

        await loop.RunAsync(ComputeAsync, cancellationToken: TestToken);
        await loop.RunAsync(ComputeAsync, "sums", TestToken);
        await loop.CompleteAsync();

        Assert.Equal([nameof(ComputeAsync), "sums"], reports.Select(static slow => slow.Name));

        ValueTask<int> ComputeAsync(CancellationToken token)
        {
            time.Advance(TimeSpan.FromMilliseconds(100));
            return ValueTask.FromResult(1);
        }
    }

    [Theory]
    [InlineData((EventLoopLeftovers)2, 1.0, "Leftovers must be Cancel or Drain, but was 2.")]
    [InlineData(
        EventLoopLeftovers.Drain, -2.0, "Grace must be from zero to 4294967294 ms, or infinite, but was -00:00:02.")]
    public void OptionsOutOfRange_AreRefused(EventLoopLeftovers leftovers, double grace, string message)
    {
        var options = new EventLoopOptions { Leftovers = leftovers, Grace = TimeSpan.FromSeconds(grace) };

        var refused = Assert.Throws<ArgumentException>(() => EventLoop.Start(options));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void SlowCallbacks_NeedAThresholdAndAHandler()
    {
        EventLoopOptions[] halves =
        [
            new() { SlowCallbackThreshold = TimeSpan.FromSeconds(1) },
            new() { OnSlowCallback = static _ => { } },
            new() { SlowCallbackThreshold = TimeSpan.Zero, OnSlowCallback = static _ => { } },
        ];

        Assert.All(halves, static half => Assert.Throws<ArgumentException>(() => EventLoop.Start(half)));
    }

    // A step is slow from 100 ms on.
    private static EventLoop StartReporting(TimeProvider time, ConcurrentQueue<SlowCallback> reports) =>
        EventLoop.Start(new EventLoopOptions
        {
            SlowCallbackThreshold = TimeSpan.FromMilliseconds(100),
            OnSlowCallback = reports.Enqueue,
            TimeProvider = time,
        });
}
