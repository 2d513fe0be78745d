using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class EventLoopEndTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly List<string> _left = [];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public void WhatIsLeft_IsCancelled_AndWaitedFor()
    {
        Task? leftover = null;
        var hasCleanedUp = false;

        EventLoop.Run(
            _ =>
            {
                leftover = EventLoop.Current!.RunAsync(WaitAsync, "waiting", CancellationToken.None);
                return Task.CompletedTask;
            },
            new EventLoopOptions { OnLeftover = _left.AddRange },
            TestToken);

        Assert.Equal((true, true), (leftover!.IsCanceled, hasCleanedUp));
        Assert.Empty(_left);

        async Task WaitAsync(CancellationToken token)
        {
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                await Task.Yield();
                hasCleanedUp = true;
            }
        }
    }

    [Fact]
    public Task Drained_ItIsWaitedFor_AndThenCancelled() => AsyncTest.RunAsync(async env =>
    {
        EventLoop loop = EventLoop.Start(new EventLoopOptions
        {
            Leftovers = EventLoopLeftovers.Drain,
            Grace = 2 * _second,
            TimeProvider = env.Time,
            OnLeftover = _left.AddRange,
        });
        Task soon = loop.RunAsync(token => Task.Delay(_second, env.Time, token));
        Task never = loop.RunAsync(token => Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token));

        await loop.CompleteAsync();

        Assert.True(soon.IsCompletedSuccessfully);
        Assert.True(never.IsCanceled);
        Assert.Equal(2 * _second, env.Elapsed);
        Assert.Empty(_left);
    });

    [Fact]
    public Task WhatDoesNotEndEvenThen_IsTold_AndGoesOnInThePool() => AsyncTest.RunAsync(async env =>
    {
        EventLoop loop = EventLoop.Start(new EventLoopOptions
        {
            Grace = _second,
            TimeProvider = env.Time,
            OnLeftover = _left.AddRange,
        });
        var gate = new TaskCompletionSource();
        var isOnLoop = true;
        Task deaf = loop.RunAsync(
            async _ =>
            {
                await gate.Task;
                isOnLoop = loop.IsCurrent;
            },
            "deaf");

        await loop.CompleteAsync();
        gate.SetResult();
        await deaf;

        Assert.Equal(["deaf"], _left);
        Assert.Equal((false, _second), (isOnLoop, env.Elapsed));
    });

    [Fact]
    public async Task WorkThatHasNotBegun_WhenTheTimeIsOver_IsToldOnce()
    {
        var time = new ManualTimeProvider();
        using var gate = new SemaphoreSlim(0);
        EventLoop loop = EventLoop.Start(
            new EventLoopOptions { Grace = _second, TimeProvider = time, OnLeftover = _left.AddRange });
        loop.Post(gate.Wait);
        loop.Post(() => time.Advance(_second));
        Task work = loop.RunAsync(static _ => default(ValueTask), "late", TestToken);

        Task end = loop.CompleteAsync();
        gate.Release();
        await end;
        await work;

        Assert.Equal(["late"], _left);
    }

    [Fact]
    public async Task WhatComesBackAfterTheEnd_RunsOneStepAtATime()
    {
        const int Walkers = 4;
        int running = 0, most = 0;
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        EventLoop loop = EventLoop.Start();
        Task forgotten = Task.CompletedTask;
        loop.Post(() => forgotten = Task.WhenAll(Enumerable.Range(0, Walkers).Select(_ => WalkAsync())));

        await loop.CompleteAsync();
        Assert.False(forgotten.IsCompleted);
        gate.SetResult();
        await forgotten;

        Assert.Equal(1, most);

        async Task WalkAsync()
        {
            SynchronizationContext ofLoop = SynchronizationContext.Current!;
            await gate.Task;
            for (var i = 0; i < 200; i++)
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                Thread.SpinWait(5_000);
                Interlocked.Decrement(ref running);
                await Task.Yield();
            }

            // It has the turn: to wait for another would never end.
            ofLoop.Send(static _ => { }, null);
        }
    }

    [Fact]
    public async Task AsyncVoidMethods_AreWaitedFor()
    {
        EventLoop loop = EventLoop.Start(new EventLoopOptions { Leftovers = EventLoopLeftovers.Drain });
        var gate = new TaskCompletionSource();
        var hasEnded = false;
        loop.Post(() => VoidMethod.Start(gate.Task, () => hasEnded = true));
        await loop.RunAsync(static _ => default(ValueTask), cancellationToken: TestToken);

        Task end = loop.CompleteAsync();
        Assert.False(end.IsCompleted);
        gate.SetResult();
        await end;

        Assert.True(hasEnded);
    }

    [Fact]
    public void FaultsOfTheWork_AndOfWhatIsLeft_AllComeOut()
    {
        var ofWork = new IOException();
        var ofCallback = new InvalidDataException();

        var thrown = Assert.Throws<AggregateException>(() => EventLoop.Run(
            _ =>
            {
                EventLoop.Current!.Post(() => throw ofCallback);
                return ValueTask.FromException(ofWork);
            },
            cancellationToken: TestToken));

        Assert.Equal([ofWork, ofCallback], thrown.InnerExceptions);
    }

    [Fact]
    public async Task AnInterruptionThatAStepLeavesBehind_DoesNotEndTheLoop()
    {
        await using EventLoop loop = EventLoop.Start();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(
            () =>
            {
                for (var i = 0; i < 2_000; i++) loop.Post(static () => Thread.CurrentThread.Interrupt());
                return loop.RunAsync(static _ => default(ValueTask));
            },
            TestToken)));
    }

    [Fact]
    public async Task AfterTheEnd_NothingIsTaken()
    {
        EventLoop loop = EventLoop.Start();
        SynchronizationContext context = await loop.RunAsync(
            static _ => ValueTask.FromResult(SynchronizationContext.Current!), cancellationToken: TestToken);
        await loop.CompleteAsync();
        var hasRun = new TaskCompletionSource<bool>();

        Assert.Throws<ObjectDisposedException>(() => loop.Post(static () => { }));
        Assert.Throws<ObjectDisposedException>(() => { _ = loop.RunAsync(static _ => default(ValueTask)); });
        context.Post(_ => hasRun.SetResult(Thread.CurrentThread.IsThreadPoolThread), null);

        Assert.True(await hasRun.Task);
        await loop.CompleteAsync();
        await loop.DisposeAsync();
    }

    [Fact]
    public async Task OnTheLoop_ItsEndCannotBeWaitedFor()
    {
        EventLoop loop = EventLoop.Start(new EventLoopOptions { Name = "own" });

        await loop.RunAsync(
            async _ =>
            {
                var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => loop.CompleteAsync());
                Assert.Equal(
                    "EventLoop \"own\" cannot end while code on it waits for that: do it elsewhere.", refused.Message);
                await loop.DisposeAsync();
            },
            cancellationToken: TestToken);

        await loop.CompleteAsync();
    }

    [Fact]
    public async Task TheEndOfTheLoop_IsACancellationByTheLoop()
    {
        EventLoop loop = EventLoop.Start();
        CancellationToken ofLoop = default;
        Task work = loop.RunAsync(
            token =>
            {
                ofLoop = token;
                return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            },
            cancellationToken: TestToken);

        await loop.DisposeAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => work);

        Assert.True(cancelled.CancellationToken.IsCancellationRequested);
        Assert.True(ofLoop.IsCancellationRequested);
        Assert.False(TestToken.IsCancellationRequested);
    }
}
