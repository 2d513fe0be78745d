namespace AsyncKit.Testing.Tests.Assertions;

/// <summary>CompletesWithinAsync, StaysPendingAsync and CompletedSynchronously.</summary>
public class AsyncAssertCompletionTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource<int> _source = new();

    [Fact]
    public Task CompletesWithin_InATest_GivesTheValue_AndTakesNoLongerThanTheTask() => AsyncTest.RunAsync(async env =>
    {
        Assert.Equal(7, await AsyncAssert.CompletesWithinAsync(ValueAsync(env, 2 * _second), 5 * _second));

        Assert.Equal(2 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task CompletesWithin_AtTheMomentOfTheLimit_IsInTime() => AsyncTest.RunAsync(async env =>
    {
        async Task WorkAsync()
        {
            await env.DelayAsync(_second);
            await env.YieldAsync();
            await env.YieldAsync();
        }

        await AsyncAssert.CompletesWithinAsync(WorkAsync(), _second);
    });

    [Fact]
    public Task CompletesWithin_ZeroTime_LeavesWhatCanRunNow() => AsyncTest.RunAsync(async env =>
    {
        await AsyncAssert.CompletesWithinAsync(env.YieldAsync().AsTask(), TimeSpan.Zero);

        await FailureOfAsync(() => AsyncAssert.CompletesWithinAsync(_source.Task, TimeSpan.Zero));
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public Task CompletesWithin_Late_SaysTheTaskTheLimitAndTheStateOfTheTest() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure =
            await FailureOfAsync(() => AsyncAssert.CompletesWithinAsync(WaitForeverAsync(), 5 * _second));

        Assert.StartsWith(
            "'WaitForeverAsync()' did not complete within 00:00:05.", failure.Message, StringComparison.Ordinal);
        Assert.Contains("At virtual time 00:00:05", failure.Message, StringComparison.Ordinal);
        Assert.Contains(
            "AsyncAssertCompletionTests.WaitForeverAsync at await 1", failure.Message, StringComparison.Ordinal);
        Assert.Equal(5 * _second, env.Elapsed);
    });

    [Fact]
    public Task CompletesWithin_ATaskThatFailsOrIsCancelled_ThrowsItsOwnException() => AsyncTest.RunAsync(async env =>
    {
        var fault = new TimeoutException("of its own");
        using var stop = new CancellationTokenSource(_second, env.Time);

        Assert.Same(fault, await Assert.ThrowsAsync<TimeoutException>(
            () => AsyncAssert.CompletesWithinAsync(Task.FromException(fault), _second)));
        TaskCanceledException cancelled = await Assert.ThrowsAsync<TaskCanceledException>(
            () => AsyncAssert.CompletesWithinAsync(env.DelayAsync(Timeout.InfiniteTimeSpan, stop.Token), 2 * _second));
        Assert.Equal(stop.Token, cancelled.CancellationToken);
    });

    [Fact]
    public async Task CompletesWithin_OutsideOfATest_IsMeasuredOnTheGivenClock()
    {
        Task<int> inTime = AsyncAssert.CompletesWithinAsync(_source.Task, 2 * _second, _time);
        Task<int> late = AsyncAssert.CompletesWithinAsync(_source.Task, _second, _time);

        _time.Advance(_second);
        Assert.False(inTime.IsCompleted);
        AsyncTestException failure = await FailureOfAsync(() => late);
        _source.SetResult(7);

        Assert.Equal("'_source.Task' did not complete within 00:00:01.", failure.Message);
        Assert.Equal(7, await inTime);
    }

    [Fact]
    public Task StaysPending_PassesWhenTheTimeHasPassed() => AsyncTest.RunAsync(async env =>
    {
        await AsyncAssert.StaysPendingAsync(_source.Task, 3 * _second);

        Assert.Equal(3 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task StaysPending_FailsAsSoonAsTheTaskEnds_AlsoAtTheLastMoment() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException early = await FailureOfAsync(() => AsyncAssert.StaysPendingAsync(
            ValueAsync(env, 2 * _second), 5 * _second));
        Assert.Contains(
            "should have stayed pending for 00:00:05, but completed after 00:00:02.",
            early.Message,
            StringComparison.Ordinal);

        await FailureOfAsync(() => AsyncAssert.StaysPendingAsync(ValueAsync(env, _second), _second));
        Assert.Equal(3 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public async Task StaysPending_SaysHowTheTaskEnded()
    {
        var fault = new InvalidOperationException("broken");

        AsyncTestException failed =
            await FailureOfAsync(() => AsyncAssert.StaysPendingAsync(Task.FromException(fault), _second, _time));
        AsyncTestException cancelled = await FailureOfAsync(
            () => AsyncAssert.StaysPendingAsync(Task.FromCanceled(new CancellationToken(true)), _second, _time));

        Assert.Same(fault, failed.InnerException);
        Assert.Contains("but failed after 00:00:00", failed.Message, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException: broken", failed.Message, StringComparison.Ordinal);
        Assert.Contains("but was cancelled after 00:00:00", cancelled.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StaysPending_OutsideOfATest_IsMeasuredOnTheGivenClock()
    {
        Task pending = AsyncAssert.StaysPendingAsync(_source.Task, _second, _time);

        Assert.False(pending.IsCompleted);
        _time.Advance(_second);

        await pending;
    }

    [Fact]
    public void CompletedSynchronously_GivesTheValue_AndThrowsTheExceptionOfTheTask()
    {
        var fault = new InvalidOperationException("broken");

        AsyncAssert.CompletedSynchronously(Task.CompletedTask);
        AsyncAssert.CompletedSynchronously(default(ValueTask));
        Assert.Equal(7, AsyncAssert.CompletedSynchronously(Task.FromResult(7)));
        Assert.Equal(7, AsyncAssert.CompletedSynchronously(new ValueTask<int>(7)));
        Assert.Same(fault, Assert.Throws<InvalidOperationException>(
            () => AsyncAssert.CompletedSynchronously(Task.FromException(fault))));
        Assert.Same(fault, Assert.Throws<InvalidOperationException>(
            () => { AsyncAssert.CompletedSynchronously(ValueTask.FromException<int>(fault)); }));
        Assert.Throws<TaskCanceledException>(
            () => AsyncAssert.CompletedSynchronously(Task.FromCanceled(new CancellationToken(true))));
    }

    [Fact]
    public void CompletedSynchronously_WhilePending_FailsAndDoesNotWait()
    {
        AsyncTestException task =
            Assert.Throws<AsyncTestException>(() => { AsyncAssert.CompletedSynchronously(_source.Task); });
        AsyncTestException valueTask = Assert.Throws<AsyncTestException>(
            () => AsyncAssert.CompletedSynchronously(new ValueTask(_source.Task)));

        Assert.Equal("'_source.Task' should have completed synchronously, but is pending.", task.Message);
        Assert.Equal(
            "'new ValueTask(_source.Task)' should have completed synchronously, but is pending.", valueTask.Message);
        Assert.Equal(AsyncTestFailure.Assertion, task.Failure);
    }

    [Fact]
    public void WrongTimes_AreRefusedAtTheCall()
    {
        Assert.Throws<ArgumentOutOfRangeException>(
            "within", () => { _ = AsyncAssert.CompletesWithinAsync(_source.Task, -_second); });
        Assert.Throws<ArgumentOutOfRangeException>(
            "during", () => { _ = AsyncAssert.StaysPendingAsync(_source.Task, Timeout.InfiniteTimeSpan); });
    }

    [Fact]
    public void AFailure_IsForXunit_AFailedAssertion()
    {
        AsyncTestException failure =
            Assert.Throws<AsyncTestException>(() => { AsyncAssert.CompletedSynchronously(_source.Task); });

        Assert.Equal(Xunit.Sdk.FailureCause.Assertion, Xunit.Sdk.ExceptionUtility.ExtractMetadata(failure).Cause);
    }

    private static async Task<int> ValueAsync(TestEnv env, TimeSpan after)
    {
        await env.DelayAsync(after);
        return 7;
    }

    private async Task WaitForeverAsync() => await _source.Task;

    private static Task<AsyncTestException> FailureOfAsync(Func<Task> assertion) =>
        Assert.ThrowsAsync<AsyncTestException>(assertion);
}
