using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

/// <summary>The post-phase action of a barrier.</summary>
public class AsyncBarrierActionTests
{
    private const int Limit = 60_000;

    [Fact]
    public Task TheAction_RunsOncePerPhase_AfterAllHaveArrived_BeforeAnyGoesOn() => AsyncTest.RunAsync(async env =>
    {
        List<string> log = [];
        var rounds = new AsyncBarrier(
            2,
            async (phase, cancellationToken) =>
            {
                log.Add($"action {phase}");
                await env.DelayAsync(TimeSpan.FromSeconds(1), cancellationToken);
                log.Add($"action {phase} ends");
            },
            timeProvider: env.Time);

        await Task.WhenAll(WalkAsync("a", seconds: 1), WalkAsync("b", seconds: 5));

        Assert.Equal(
            [
                "a arrives", "b arrives", "action 0", "action 0 ends", "a goes on as 0", "b goes on as 1",
                "a arrives", "b arrives", "action 1", "action 1 ends", "a goes on as 0", "b goes on as 1",
            ],
            log);

        async Task WalkAsync(string name, int seconds)
        {
            for (var phase = 0; phase < 2; phase++)
            {
                await env.DelayAsync(TimeSpan.FromSeconds(seconds));
                log.Add($"{name} arrives");
                int place = await rounds.SignalAndWaitAsync();
                log.Add($"{name} goes on as {place}");
            }
        }
    });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatTheActionThrows_ReachesEach_AndTheNextPhaseBegins(bool isSynchronous)
    {
        var fault = new IOException("full");
        var calls = 0;
        var rounds = new AsyncBarrier(2, (_, _) =>
        {
            if (calls++ > 0) return default;
            return isSynchronous ? throw fault : ValueTask.FromException(fault);
        });

        Task<int>[] waits = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];
        var first = await Assert.ThrowsAsync<BarrierPostPhaseException>(() => waits[0]);
        var last = await Assert.ThrowsAsync<BarrierPostPhaseException>(() => waits[1]);

        Assert.NotSame(first, last);
        Assert.Same(fault, first.InnerException);
        Assert.Same(fault, last.InnerException);
        Assert.False(rounds.IsBroken);
        Assert.Equal(1, rounds.CurrentPhaseNumber);
        ValueTask<int> again = rounds.SignalAndWaitAsync();
        Assert.Equal(1, await rounds.SignalAndWaitAsync());
        Assert.Equal(0, await again);
        Assert.Equal(2, calls);
    }

    [Fact]
    public async Task ACancellationThatNobodyAskedFor_IsAFaultOfTheAction()
    {
        var rounds = new AsyncBarrier(1, (_, _) => throw new OperationCanceledException());

        var fault = await Assert.ThrowsAsync<BarrierPostPhaseException>(() => rounds.SignalAndWaitAsync().AsTask());

        Assert.IsType<OperationCanceledException>(fault.InnerException);
    }

    [Fact]
    public Task WhileTheActionRuns_NobodyIsWithdrawn() => AsyncTest.RunAsync(async env =>
    {
        using var cancellation = new CancellationTokenSource();
        var action = new TaskCompletionSource();
        var rounds = new AsyncBarrier(4, (_, _) => new ValueTask(action.Task), timeProvider: env.Time);
        Task<int> cancelled = rounds.SignalAndWaitAsync(cancellation.Token).AsTask();
        Task<int> limited = rounds.TrySignalAndWaitAsync(TimeSpan.FromSeconds(1)).AsTask();
        Task<int> blocked = Task.Run(() => rounds.SignalAndWait(TimeSpan.FromSeconds(1), cancellation.Token));
        await env.IdleAsync();
        Task<int> last = rounds.TrySignalAndWaitAsync(TimeSpan.Zero, cancellation.Token).AsTask();
        Assert.Equal(0, rounds.ParticipantsRemaining);
        Assert.Equal(4, rounds.WaiterCount);
        Assert.Equal(0, rounds.CurrentPhaseNumber);

        await cancellation.CancelAsync();
        await env.DelayAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(4, rounds.WaiterCount);
        action.SetResult();

        await PlacesAreAsync([0, 1, 2, 3], cancelled, limited, blocked, last);
        Assert.Equal(1, rounds.CurrentPhaseNumber);
    });

    [Fact]
    public async Task Abort_WhileTheActionNeverEnds_FreesTheParticipantsAtOnce_AndCancelsIt()
    {
        CancellationToken seen = default;
        var rounds = new AsyncBarrier(2, (_, cancellationToken) =>
        {
            seen = cancellationToken;
            return new ValueTask(new TaskCompletionSource().Task);
        });
        Task<int>[] waits = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];
        Assert.False(seen.IsCancellationRequested);

        rounds.Abort();

        Assert.True(seen.IsCancellationRequested);
        var first = await Assert.ThrowsAsync<BrokenBarrierException>(() => waits[0]);
        var last = await Assert.ThrowsAsync<BrokenBarrierException>(() => waits[1]);
        Assert.NotSame(first, last);
        Assert.True(rounds.IsBroken);
        Assert.Equal(1, rounds.CurrentPhaseNumber);
        Assert.Equal(0, rounds.WaiterCount);
    }

    [Fact]
    public async Task AfterAReset_TheNextAction_WaitsForTheEndOfTheOneThatRuns()
    {
        List<long> begun = [];
        var first = new TaskCompletionSource();
        var rounds = new AsyncBarrier(1, (phase, _) =>
        {
            begun.Add(phase);
            return phase is 0 ? new ValueTask(first.Task) : default;
        });
        Task<int> broken = rounds.SignalAndWaitAsync().AsTask();
        rounds.Reset();
        await Assert.ThrowsAsync<BrokenBarrierException>(() => broken);

        Task<int> brokenToo = rounds.SignalAndWaitAsync().AsTask();
        Assert.Equal([0], begun);
        rounds.Reset();
        await Assert.ThrowsAsync<BrokenBarrierException>(() => brokenToo);
        Task<int> waits = rounds.SignalAndWaitAsync().AsTask();
        Assert.Equal(2, rounds.CurrentPhaseNumber);
        first.SetResult();

        Assert.Equal(0, await waits);
        Assert.Equal([0, 2], begun);
        Assert.Equal(3, rounds.CurrentPhaseNumber);
        Assert.Equal(0, await rounds.SignalAndWaitAsync());
    }

    [Fact]
    public async Task TheActionItself_MayAbortOrReset()
    {
        AsyncBarrier? rounds = null;
        rounds = new AsyncBarrier(1, (phase, cancellationToken) =>
        {
            if (phase is 0) rounds!.Reset();
            else rounds!.Abort();
            cancellationToken.ThrowIfCancellationRequested();
            return default;
        });

        await Assert.ThrowsAsync<BrokenBarrierException>(() => rounds.SignalAndWaitAsync().AsTask());
        Assert.False(rounds.IsBroken);
        await Assert.ThrowsAsync<BrokenBarrierException>(() => rounds.SignalAndWaitAsync().AsTask());
        Assert.True(rounds.IsBroken);
        Assert.Equal(2, rounds.CurrentPhaseNumber);
    }

    [Fact]
    public async Task WhatCallbacksOfTheToken_Throw_ComesOutOfAbort_WhenAllIsDone()
    {
        var rounds = new AsyncBarrier(1, (_, cancellationToken) =>
        {
            cancellationToken.Register(() => throw new IOException("callback"));
            return new ValueTask(new TaskCompletionSource().Task);
        });
        Task<int> waits = rounds.SignalAndWaitAsync().AsTask();

        var fault = Assert.Throws<AggregateException>(rounds.Abort);

        Assert.IsType<IOException>(Assert.Single(fault.InnerExceptions));
        await Assert.ThrowsAsync<BrokenBarrierException>(() => waits);
        Assert.True(rounds.IsBroken);
    }

    [Fact]
    public async Task RemoveParticipants_ThatCompletesThePhase_StartsTheAction_AndReturns()
    {
        var action = new TaskCompletionSource();
        List<long> begun = [];
        var rounds = new AsyncBarrier(2, (phase, _) =>
        {
            begun.Add(phase);
            return new ValueTask(action.Task);
        });
        ValueTask<int> waits = rounds.SignalAndWaitAsync();

        rounds.RemoveParticipants();

        Assert.Equal([0], begun);
        Assert.False(waits.IsCompleted);
        action.SetResult();
        Assert.Equal(0, await waits);
    }

    [Fact]
    public async Task AParticipantThatArrivesInsideTheAction_IsOneTooMany()
    {
        AsyncBarrier? rounds = null;
        rounds = new AsyncBarrier(1, async (_, cancellationToken) =>
            await rounds!.SignalAndWaitAsync(cancellationToken));

        var fault = await Assert.ThrowsAsync<BarrierPostPhaseException>(() => rounds.SignalAndWaitAsync().AsTask());

        Assert.IsType<InvalidOperationException>(fault.InnerException);
        Assert.Contains("1 participants, and all of them have arrived", fault.InnerException.Message);
    }

    [Fact]
    public async Task WhoIsAddedDuringTheAction_TakesPartInTheNextPhase_AndMayArriveBeforeItBegins()
    {
        var action = new TaskCompletionSource();
        var rounds = new AsyncBarrier(2, (_, _) => new ValueTask(action.Task));
        Task<int>[] old = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];

        Assert.Equal(1, rounds.AddParticipants());
        Task<int> added = rounds.SignalAndWaitAsync().AsTask();
        await Assert.ThrowsAsync<InvalidOperationException>(() => rounds.SignalAndWaitAsync().AsTask());
        Assert.Equal(3, rounds.WaiterCount);
        Assert.Equal(0, rounds.ParticipantsRemaining);
        action.SetResult();

        await PlacesAreAsync([0, 1], old);
        Assert.Equal(2, rounds.ParticipantsRemaining);
        old = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];
        Assert.Equal(0, await added);
        await PlacesAreAsync([1, 2], old);
    }

    [Fact]
    public async Task WhenThoseWhoPassAreRemoved_TheNextPhaseBelongsToWhoWasAdded()
    {
        List<long> begun = [];
        var action = new TaskCompletionSource();
        var rounds = new AsyncBarrier(2, (phase, _) =>
        {
            begun.Add(phase);
            return new ValueTask(action.Task);
        });
        Task<int>[] old = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];
        rounds.AddParticipants();
        rounds.RemoveParticipants(2);

        Task<int> added = rounds.SignalAndWaitAsync().AsTask();
        Assert.Throws<InvalidOperationException>(() => rounds.RemoveParticipants());
        Assert.Equal([0], begun);
        action.SetResult();

        await PlacesAreAsync([0, 1], old);
        Assert.Equal(0, await added);
        Assert.Equal([0, 1], begun);
        Assert.Equal(2, rounds.CurrentPhaseNumber);
    }

    [Fact]
    public async Task AnActionThatReturnsATask_IsTakenToo()
    {
        List<long> begun = [];
        var rounds = new AsyncBarrier(1, RecordAsync);
        await rounds.SignalAndWaitAsync();

        Assert.Equal([0], begun);
        Assert.Throws<ArgumentNullException>(
            "postPhaseAction", () => new AsyncBarrier(1, (Func<long, CancellationToken, Task>)null!));

        Task RecordAsync(long phase, CancellationToken cancellationToken)
        {
            begun.Add(phase);
            return Task.CompletedTask;
        }
    }

    [Fact(Timeout = Limit)]
    public async Task AThreadThatBlocks_RunsTheActionWithoutItsContext_WhichItCannotServe()
    {
        var before = new object();
        var after = new object();
        var seen = new object?[2];
        var rounds = new AsyncBarrier(1, async (_, _) =>
        {
            seen[0] = SynchronizationContext.Current;
            await Task.Yield();
            seen[1] = SynchronizationContext.Current;
        });

        var thread = new Thread(() =>
        {
            var context = new SynchronizationContextThatIsNeverServed();
            SynchronizationContext.SetSynchronizationContext(context);
            before = context;
            rounds.SignalAndWait();
            after = SynchronizationContext.Current;
        });
        thread.Start();
        await Task.Run(thread.Join, TestContext.Current.CancellationToken);

        Assert.Equal([null, null], seen);
        Assert.Same(before, after);
    }

    [Fact(Timeout = Limit)]
    public async Task WhatAnAbortedActionThrows_IsReportedAsUnobserved()
    {
        var reported = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Report(object? sender, UnobservedTaskExceptionEventArgs e)
        {
            if (e.Exception.InnerException is LateFaultException late) reported.TrySetResult(late);
        }

        TaskScheduler.UnobservedTaskException += Report;
        try
        {
            await AbortAsync();
            while (!reported.Task.IsCompleted)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                await Task.Yield();
                TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= Report;
        }

        Assert.Equal("late", (await reported.Task).Message);

        // Apart, so that nothing of it is left on the stack.
        static async Task AbortAsync()
        {
            var action = new TaskCompletionSource();
            var rounds = new AsyncBarrier(1, (_, _) => new ValueTask(action.Task));
            Task<int> waits = rounds.SignalAndWaitAsync().AsTask();
            rounds.Abort();
            await Assert.ThrowsAsync<BrokenBarrierException>(() => waits);
            action.SetException(new LateFaultException());
        }
    }

    private static async Task PlacesAreAsync(int[] expected, params Task<int>[] waits) =>
        Assert.Equal(expected, await Task.WhenAll(waits));

    private sealed class LateFaultException() : Exception("late");

    private sealed class SynchronizationContextThatIsNeverServed : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
        }
    }
}
