using AsyncKit.Testing.Tests.Exploring.Programs;

namespace AsyncKit.Testing.Tests.Exploring;

public class AsyncTestExploreTests
{
    [Fact]
    public async Task WhatPasses_IsReportedWithItsNumberAndSeed()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            LostUpdate.CorrectAsync, new ExploreOptions { Schedules = 123, Seed = 45 });

        Assert.Equal(new ExploreReport(123, 45, IsComplete: false), report);
    }

    [Fact]
    public async Task AReport_HasMessageTokenTimeStepsAndWhatWaits()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(static async env =>
        {
            await env.DelayAsync(TimeSpan.FromSeconds(3));
            await LostWakeUpInEvent.BuggyAsync(env);
        }));

        Assert.Equal(AsyncTestFailure.Deadlock, found.Failure);
        Assert.StartsWith("Schedule ", found.Message, StringComparison.Ordinal);
        Assert.Contains(" with seed 1 fails:\nDeadlock: ", found.Message, StringComparison.Ordinal);
        Assert.Contains($"ReplayAsync(\"{found.Token}\", ...)", found.Message, StringComparison.Ordinal);
        Assert.Contains($"ASYNCKIT_REPLAY={found.Token}\n", found.Message, StringComparison.Ordinal);
        Assert.Contains("At virtual time 00:00:03, after ", found.Message, StringComparison.Ordinal);
        Assert.Contains("\nAsync methods that wait:\n", found.Message, StringComparison.Ordinal);
        Assert.Contains("HandMadeEvent.WaitAsync", found.Message, StringComparison.Ordinal);
        Assert.Contains("\nSteps:\n  1 ", found.Message, StringComparison.Ordinal);
        Assert.Contains(" pump: ", found.Message, StringComparison.Ordinal);
        Assert.Contains(", before engine: ", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TimersInTheirOrder_BeatNoCompletion()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            TimeoutBeatsCompletion.BuggyAsync, new ExploreOptions { EarlyTimers = false });

        Assert.Equal(1_000, report.Schedules);
    }

    [Fact]
    public async Task CompletionsThatAreNotPosted_AreOvertakenByNobody()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            OneConditionQueue.BuggyAsync, new ExploreOptions { PostedCompletions = false });

        Assert.Equal(1_000, report.Schedules);
    }

    [Fact]
    public async Task TokensOfTheOptions_AreTriedFirst()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(LateWorker.BuggyAsync))).Token!;
        var onlyInOrder = new ExploreOptions { Tokens = [token], Strategy = ExploreStrategy.Fifo, Schedules = 1 };

        var found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(LateWorker.BuggyAsync, onlyInOrder));
        ExploreReport report = await AsyncTest.ExploreAsync(LateWorker.CorrectAsync, onlyInOrder);

        Assert.StartsWith($"The schedule of the token {token} fails:", found.Message, StringComparison.Ordinal);
        Assert.Equal(token, found.Token);
        Assert.Equal(1, report.Schedules);
    }

    [Fact]
    public async Task ATokenThatDoesNotFitAnyMore_IsFollowedAsFarAsItDoes()
    {
        string token = (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(LateWorker.BuggyAsync))).Token!;

        ExploreReport report = await AsyncTest.ExploreAsync(
            LostUpdate.CorrectAsync, new ExploreOptions { Tokens = [token], Schedules = 10 });

        Assert.Equal(10, report.Schedules);
    }

    [Fact]
    public async Task CancelledBeforeTheCall_TheTestIsNotRun()
    {
        var runs = 0;

        Task exploration = AsyncTest.ExploreAsync(
            _ =>
            {
                runs++;
                return Task.CompletedTask;
            },
            cancellationToken: new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exploration);
        Assert.Equal(0, runs);
    }

    [Fact]
    public async Task CancelledMeanwhile_TheExplorationEndsCancelledWithTheToken()
    {
        using var cancel = new CancellationTokenSource();
        var runs = 0;

        Task exploration = AsyncTest.ExploreAsync(
            async env =>
            {
                if (++runs is 7) await cancel.CancelAsync();
                await env.YieldAsync();
            },
            cancellationToken: cancel.Token);

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exploration);
        Assert.Equal(cancel.Token, thrown.CancellationToken);
        Assert.True(exploration.IsCanceled);
        Assert.Equal(7, runs);
    }

    // The body of such a run takes no step, so that the run itself has nothing to end.
    [Fact]
    public async Task CancelledMeanwhile_AnExplorationOfATestWithoutSteps_EndsToo()
    {
        using var cancel = new CancellationTokenSource();
        Action endIt = cancel.Cancel;
        var runs = 0;

        Task exploration = AsyncTest.ExploreAsync(
            _ =>
            {
                if (++runs is 7) endIt();
                return Task.CompletedTask;
            },
            new ExploreOptions { Schedules = 1_000 },
            cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => exploration);
        Assert.Equal(7, runs);
    }

    // Its schedules do not fail again once it is cancelled, which is no sign of anything in the test.
    [Fact]
    public async Task CancelledWhileAFailureIsShrunk_TheExplorationEndsWithTheFailure()
    {
        using var cancel = new CancellationTokenSource();
        var failed = 0;

        Task exploration = AsyncTest.ExploreAsync(
            async env =>
            {
                if (!await Race.SecondWinsAsync(env)) return;
                if (++failed is 2) await cancel.CancelAsync();
                throw new InvalidDataException("the second wins");
            },
            cancellationToken: cancel.Token);

        await Assert.ThrowsAsync<InvalidDataException>(() => exploration);
    }

    [Fact]
    public async Task TheBudget_EndsTheExploration()
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            LostUpdate.CorrectAsync,
            new ExploreOptions { Schedules = int.MaxValue, Budget = TimeSpan.FromMilliseconds(20) });

        Assert.InRange(report.Schedules, 1, int.MaxValue - 1);
    }

    [Fact]
    public async Task AScheduleThatTakesTooLongInRealTime_FailsTheExploration()
    {
        var found = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(
            static async env =>
            {
                if (!await Race.SecondWinsAsync(env)) return;
                await env.ExternalAsync(static () => new TaskCompletionSource().Task);
            },
            new ExploreOptions { RealTimeout = TimeSpan.FromMilliseconds(30) }));

        Assert.Equal(AsyncTestFailure.RealTimeout, found.Failure);
        Assert.NotNull(found.Token);
    }

    [Fact]
    public async Task AScheduleThatNeverComesBack_EndsTheExploration_AndNoOtherIsRun()
    {
        using var held = new ManualResetEventSlim();
        var runs = 0;

        var found = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(
            _ =>
            {
                if (Interlocked.Increment(ref runs) is 3) held.Wait();
                return Task.CompletedTask;
            },
            new ExploreOptions { RealTimeout = TimeSpan.FromMilliseconds(30), Blocking = BlockingPolicy.Ignore }));
        held.Set();

        Assert.Equal(AsyncTestFailure.RealTimeout, found.Failure);
        Assert.Contains("does not return from this step", found.Message, StringComparison.Ordinal);

        // Meanwhile the thread that was held would have gone on.
        await AsyncTest.ExploreAsync(LostUpdate.CorrectAsync, new ExploreOptions { Schedules = 10_000 });
        Assert.Equal(3, Volatile.Read(ref runs));
    }

    [Fact]
    public async Task AnExplorationInsideATest_IsRefused()
    {
        await AsyncTest.RunAsync(static env =>
        {
            Assert.Throws<InvalidOperationException>(
                () => { _ = AsyncTest.ExploreAsync(static _ => Task.CompletedTask); });
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task ExplorationsAtTheSameTime_AreIndependent()
    {
        ExploreOptions[] options = [.. Enumerable.Range(1, 8).Select(
            static seed => new ExploreOptions { Seed = (ulong)seed, Schedules = 200 })];
        string[] alone = await Task.WhenAll(options.Select(TokenAsync));

        string[] again = await Task.WhenAll(options.Select(TokenAsync));

        Assert.Equal(alone, again);

        static async Task<string> TokenAsync(ExploreOptions options) => (await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(LostWakeUpInLock.BuggyAsync, options))).Token!;
    }

    [Fact]
    public void Options_OutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExploreOptions { Schedules = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExploreOptions { Budget = TimeSpan.Zero });
        Assert.Throws<ArgumentNullException>(() => new ExploreOptions { Strategy = null! });
        Assert.Throws<ArgumentNullException>(() => new ExploreOptions { Tokens = null! });
    }
}
