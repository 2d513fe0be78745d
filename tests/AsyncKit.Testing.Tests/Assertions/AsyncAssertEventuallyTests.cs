namespace AsyncKit.Testing.Tests.Assertions;

public class AsyncAssertEventuallyTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private int _count;
    private int _looks;

    [Fact]
    public Task InATest_ItPassesWithTheStepThatMakesItHold() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 5));

        await AsyncAssert.EventuallyAsync(() => _count is 3);

        Assert.Equal(3, _count);
        Assert.Equal(3 * _second, env.Elapsed);
        await counting;
    });

    [Fact]
    public Task InATest_AStateOfOneStep_IsSeen() => AsyncTest.RunAsync(async env =>
    {
        Task flash = env.Start("flash", async () =>
        {
            await env.DelayAsync(_second);
            _count = 1;
            await env.YieldAsync();
            _count = 0;
        });

        await AsyncAssert.EventuallyAsync(() => Assert.Equal(1, _count));

        Assert.Equal(_second, env.Elapsed);
        await flash;
    });

    [Fact]
    public Task InATest_WhatDependsOnTheClockAlone_IsSeenWhenItMoves() => AsyncTest.RunAsync(async env =>
    {
        Task delay = env.DelayAsync(4 * _second);

        await AsyncAssert.EventuallyAsync(() => env.Elapsed >= 4 * _second);

        Assert.Equal(4 * _second, env.Elapsed);
        await delay;
    });

    [Fact]
    public Task InATest_HoldingAtTheMomentOfTheLimit_IsInTime() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 2));

        await AsyncAssert.EventuallyAsync(() => _count is 2, within: 2 * _second);

        await counting;
    });

    [Fact]
    public Task InATest_ItLeavesNoTimer_AndLooksNoMore() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 5));
        await AsyncAssert.EventuallyAsync(() =>
        {
            _looks++;
            return _count is 1;
        });
        Assert.Equal(1, env.Time.TimerCount);
        int looks = _looks;

        await counting;

        Assert.Equal(looks, _looks);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task InATest_Late_TheLastFailureIsTheInnerException() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 3));

        AsyncTestException failure =
            await FailureOfAsync(() => AsyncAssert.EventuallyAsync(() => Assert.Equal(9, _count)));

        Assert.StartsWith(
            "'() => Assert.Equal(9, _count)' did not hold within 00:00:10.\nEqualException: ",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Contains("Actual:   3", failure.InnerException!.Message, StringComparison.Ordinal);
        Assert.Contains("At virtual time 00:00:10", failure.Message, StringComparison.Ordinal);
        Assert.Equal(10 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
        await counting;
    });

    [Fact]
    public Task InATest_Late_WhatWasThrownBeforeTheLastLook_IsNoReason() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.EventuallyAsync(
            () => _looks++ > 0 ? false : throw new InvalidOperationException("not ready"), within: _second));

        Assert.Null(failure.InnerException);
    });

    [Fact]
    public Task InATest_Late_ItLooksNoMore() => AsyncTest.RunAsync(async env =>
    {
        await FailureOfAsync(() => AsyncAssert.EventuallyAsync(
            () =>
            {
                _looks++;
                return false;
            },
            within: _second));
        int looks = _looks;

        await env.DelayAsync(_second);

        Assert.Equal(looks, _looks);
    });

    [Fact]
    public Task InATest_FailFast_EndsItAtOnce() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 5));

        AsyncTestException failure = await FailureOfAsync(
            () => AsyncAssert.EventuallyAsync(() => Assert.Equal(9, _count), failFast: () => _count is 2));

        Assert.Contains("after 00:00:02, with step ", failure.Message, StringComparison.Ordinal);
        Assert.Contains("the fail-fast condition", failure.Message, StringComparison.Ordinal);
        Assert.NotNull(failure.InnerException);
        Assert.Equal(2 * _second, env.Elapsed);
        await counting;
    });

    [Fact]
    public Task InATest_WhatFailFastThrows_IsThrown() => AsyncTest.RunAsync(async env =>
    {
        var fault = new InvalidOperationException("the process has ended");
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 2));

        Assert.Same(fault, await Assert.ThrowsAsync<InvalidOperationException>(
            () => AsyncAssert.EventuallyAsync(() => false, failFast: () => _count is 1 ? throw fault : false)));

        await counting;
    });

    [Fact]
    public Task InATest_AConditionSeesTheAsyncLocalsOfItsCaller() => AsyncTest.RunAsync(async env =>
    {
        var local = new AsyncLocal<string> { Value = "caller" };
        List<string?> seen = [];
        Task delay = env.DelayAsync(_second);

        await AsyncAssert.EventuallyAsync(() =>
        {
            seen.Add(local.Value);
            return env.Elapsed == _second;
        });

        Assert.True(seen.Count > 1);
        Assert.All(seen, value => Assert.Equal("caller", value));
        await delay;
    });

    [Fact]
    public async Task InATest_AConditionThatBlocks_IsABlockingCall()
    {
        using var never = new ManualResetEventSlim();

        AsyncTestException failure = await FailureOfAsync(() => AsyncTest.RunAsync(async env =>
        {
            Task counting = env.Start("counter", () => CountAsync(env, upTo: 1));
            await AsyncAssert.EventuallyAsync(() =>
            {
                if (_count is 1) never.Wait(TestContext.Current.CancellationToken);
                return false;
            });
            await counting;
        }));

        Assert.Equal(AsyncTestFailure.BlockingCall, failure.Failure);
    }

    [Fact]
    public Task InATest_AnAssertionThatAwaits_IsRunAgainWhenSomethingHasHappened() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 3));

        await AsyncAssert.EventuallyAsync(async () =>
        {
            _looks++;
            await env.YieldAsync();
            Assert.Equal(3, _count);
        });

        Assert.Equal(3 * _second, env.Elapsed);
        Assert.InRange(_looks, 4, 40);
        await counting;
    });

    [Fact]
    public Task InATest_AConditionThatAwaits_CountsByItsValue() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 3));

        await AsyncAssert.EventuallyAsync(() => Task.FromResult(_count is 3));

        Assert.Equal(3 * _second, env.Elapsed);
        await counting;
    });

    [Fact]
    public Task InATest_WhatReturnsATaskOfAnyKind_IsAwaited() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 4));
        ValueTask<bool> HasCountedInAsync(int count) => new(_count == count);
        ValueTask CheckAsync(int count) => _count == count ? default : ValueTask.FromException(new IOException());
        Task CheckTaskAsync(int count) => CheckAsync(count).AsTask();

        await AsyncAssert.EventuallyAsync(() => HasCountedInAsync(1));
        Assert.Equal(1, _count);
        await AsyncAssert.EventuallyAsync(() => CheckAsync(2));
        Assert.Equal(2, _count);
        await AsyncAssert.EventuallyAsync(() => CheckTaskAsync(3));
        Assert.Equal(3, _count);
        await AsyncAssert.EventuallyAsync(async () => await HasCountedInAsync(4));
        Assert.Equal(4, _count);
        await counting;
    });

    [Fact]
    public Task InATest_TwoThatAwait_DoNotKeepTheClockFromMoving() => AsyncTest.RunAsync(async env =>
    {
        Task counting = env.Start("counter", () => CountAsync(env, upTo: 3));
        async Task<bool> HasCountedAsync()
        {
            await env.YieldAsync();
            return _count is 3;
        }

        await Task.WhenAll(
            AsyncAssert.EventuallyAsync(HasCountedAsync), AsyncAssert.EventuallyAsync(HasCountedAsync), counting);

        Assert.Equal(3 * _second, env.Elapsed);
    });

    [Fact]
    public Task InATest_AnAssertionThatDoesNotComeBack_IsLate() => AsyncTest.RunAsync(async env =>
    {
        var never = new TaskCompletionSource();

        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.EventuallyAsync(() => never.Task, _second));

        Assert.StartsWith(
            "'() => never.Task' did not hold within 00:00:01. It still runs.",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal(_second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task InATest_AnAssertionThatAwaitsAndFails_IsLateWithItsLastFailure() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.EventuallyAsync(
            async () =>
            {
                await env.DelayAsync(_second);
                Assert.Equal(9, _count);
            },
            within: 3 * _second));

        Assert.Contains("Expected: 9", failure.InnerException!.Message, StringComparison.Ordinal);
        Assert.Equal(3 * _second, env.Elapsed);
        await env.DelayAsync(_second);
    });

    [Fact]
    public Task InATestThatMovesTheClockItself_ItPassesWithoutAMove() => AsyncTest.RunAsync(
        async env =>
        {
            Task assertion = AsyncAssert.EventuallyAsync(() => Task.FromResult(_count is 1));
            await env.IdleAsync();
            await env.IdleAsync();

            _count = 1;
            await env.IdleAsync();

            Assert.True(assertion.IsCompletedSuccessfully);
        },
        new AsyncTestOptions { AutoAdvance = AutoAdvance.Manual });

    [Fact]
    public async Task OutsideOfATest_ItPollsOnTheClock_LessAndLessOften()
    {
        Task assertion = AsyncAssert.EventuallyAsync(
            () =>
            {
                _looks++;
                Assert.True(_count is 1);
            },
            timeProvider: _time);
        Assert.Equal(1, _looks);
        _time.Advance(TimeSpan.FromMilliseconds(7));
        Assert.Equal(4, _looks);
        _time.Advance(_second);
        Assert.Equal(25, _looks);
        Assert.False(assertion.IsCompleted);

        _count = 1;
        _time.Advance(TimeSpan.FromMilliseconds(50));

        Assert.True(assertion.IsCompletedSuccessfully);
        await assertion;
    }

    [Fact]
    public async Task OutsideOfATest_Late_TheLastLookIsAtTheLimit()
    {
        Task assertion = AsyncAssert.EventuallyAsync(() => _count is 1, within: _second, timeProvider: _time);
        Task awaiting = AsyncAssert.EventuallyAsync(
            () => Task.FromResult(_count is 1), within: _second, timeProvider: _time);
        Task lucky = AsyncAssert.EventuallyAsync(
            () => _time.GetUtcNow() == _time.Start + _second, within: _second, timeProvider: _time);

        _time.Advance(_second);

        Assert.True(assertion.IsCompleted && awaiting.IsCompleted && lucky.IsCompleted);
        AsyncTestException failure = await FailureOfAsync(() => assertion);
        Assert.Equal("'() => _count is 1' did not hold within 00:00:01.", failure.Message);
        await FailureOfAsync(() => awaiting);
        await lucky;
    }

    [Fact]
    public async Task OutsideOfATest_AnAssertionThatAwaits_PollsAndFailsFast()
    {
        Task assertion = AsyncAssert.EventuallyAsync(
            async () =>
            {
                await Task.Delay(_second, _time);
                Assert.True(_count is 1);
            },
            failFast: () => _count is 2,
            timeProvider: _time);

        _time.Advance(2 * _second);
        Assert.False(assertion.IsCompleted);
        _count = 2;
        _time.Advance(2 * _second);

        Assert.True(assertion.IsCompleted);
        AsyncTestException failure = await FailureOfAsync(() => assertion);
        Assert.Contains("the fail-fast condition", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WrongTimes_AreRefusedAtTheCall() => Assert.Throws<ArgumentOutOfRangeException>(
        "within", () => { _ = AsyncAssert.EventuallyAsync(() => true, -_second); });

    private async Task CountAsync(TestEnv env, int upTo)
    {
        while (_count < upTo)
        {
            await env.DelayAsync(_second);
            _count++;
        }
    }

    private static Task<AsyncTestException> FailureOfAsync(Func<Task> assertion) =>
        Assert.ThrowsAsync<AsyncTestException>(assertion);
}
