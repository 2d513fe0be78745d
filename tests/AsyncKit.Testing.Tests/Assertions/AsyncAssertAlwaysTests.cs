namespace AsyncKit.Testing.Tests.Assertions;

public class AsyncAssertAlwaysTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private bool _holds = true;

    [Fact]
    public Task InATest_ItPassesWhenTheTimeHasPassed() => AsyncTest.RunAsync(async env =>
    {
        await AsyncAssert.AlwaysAsync(() => _holds, 3 * _second);

        Assert.Equal(3 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task InATest_ABreakOfOneStep_IsFoundAtOnce_WithItsStepAndTime() => AsyncTest.RunAsync(async env =>
    {
        Task breaking = env.Start("breaker", () => BreakAsync(env));

        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.AlwaysAsync(() => _holds, 5 * _second));

        Assert.Matches(
            @"^'\(\) => _holds' should have held for 00:00:05, "
                + @"but did not after 00:00:02, with step \d+ 00:00:02 breaker: AsyncAssertAlwaysTests\.BreakAsync\.\n",
            failure.Message);
        Assert.Equal(2 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
        await breaking;
    });

    [Fact]
    public Task InATest_WhatTheClockAloneBreaks_IsFoundBetweenTheSteps() => AsyncTest.RunAsync(async env =>
    {
        Task delay = env.DelayAsync(_second);

        AsyncTestException failure =
            await FailureOfAsync(() => AsyncAssert.AlwaysAsync(() => env.Elapsed < _second, 5 * _second));

        Assert.Contains("after 00:00:01", failure.Message, StringComparison.Ordinal);
        await delay;
    });

    [Fact]
    public Task InATest_ABreakAtTheLastMoment_IsFound() => AsyncTest.RunAsync(async env =>
    {
        Task breaking = env.Start("breaker", () => BreakAsync(env));

        await FailureOfAsync(() => AsyncAssert.AlwaysAsync(() => _holds, 2 * _second));

        await breaking;
    });

    [Fact]
    public async Task AConditionThatThrows_DoesNotHold()
    {
        var fault = new InvalidOperationException("broken");

        AsyncTestException failure =
            await FailureOfAsync(() => AsyncAssert.AlwaysAsync(() => throw fault, _second, _time));

        Assert.Same(fault, failure.InnerException);
    }

    [Fact]
    public async Task OutsideOfATest_ItPollsOnTheClock()
    {
        Task holding = AsyncAssert.AlwaysAsync(() => true, _second, _time);
        Task breaking = AsyncAssert.AlwaysAsync(() => _holds, _second, _time);
        _time.Advance(TimeSpan.FromMilliseconds(15));
        Assert.False(breaking.IsCompleted);

        _holds = false;
        _time.Advance(TimeSpan.FromMilliseconds(16));
        _holds = true;
        _time.Advance(_second);

        Assert.True(breaking.IsCompleted);
        AsyncTestException failure = await FailureOfAsync(() => breaking);
        Assert.Equal(
            "'() => _holds' should have held for 00:00:01, but did not after 00:00:00.0310000.", failure.Message);
        Assert.True(holding.IsCompletedSuccessfully);
        await holding;
    }

    [Fact]
    public void WrongTimes_AreRefusedAtTheCall() => Assert.Throws<ArgumentOutOfRangeException>(
        "during", () => { _ = AsyncAssert.AlwaysAsync(() => true, Timeout.InfiniteTimeSpan); });

    private async Task BreakAsync(TestEnv env)
    {
        await env.DelayAsync(2 * _second);
        _holds = false;
        await env.YieldAsync();
        _holds = true;
    }

    private static Task<AsyncTestException> FailureOfAsync(Func<Task> assertion) =>
        Assert.ThrowsAsync<AsyncTestException>(assertion);
}
