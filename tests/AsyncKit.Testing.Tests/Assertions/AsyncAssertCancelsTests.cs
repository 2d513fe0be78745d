namespace AsyncKit.Testing.Tests.Assertions;

public class AsyncAssertCancelsTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly TaskCompletionSource _never = new();
    private int _written;

    [Fact]
    public Task AnOperationThatListens_Passes_AndItsExceptionIsReturned() => AsyncTest.RunAsync(async env =>
    {
        CancellationToken given = default;

        OperationCanceledException end = await AsyncAssert.CancelsAsync(
            async cancellationToken =>
            {
                given = cancellationToken;
                await env.YieldAsync();
                await env.DelayAsync(5 * _second, cancellationToken);
            },
            within: TimeSpan.Zero);

        Assert.Equal(given, end.CancellationToken);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public Task AnOperationThatNeedsTimeToEnd_HasUntilTheLimit() => AsyncTest.RunAsync(async env =>
    {
        async Task CleanUpAsync(CancellationToken cancellationToken)
        {
            try
            {
                await env.DelayAsync(Timeout.InfiniteTimeSpan, cancellationToken);
            }
            finally
            {
                await env.DelayAsync(_second, CancellationToken.None);
            }
        }

        await AsyncAssert.CancelsAsync(CleanUpAsync, within: _second);

        AsyncTestException failure =
            await FailureOfAsync(() => AsyncAssert.CancelsAsync(CleanUpAsync, within: 0.5 * _second));
        Assert.StartsWith(
            "'CleanUpAsync' did not end within 00:00:00.5000000 after it was cancelled.\nAt virtual time ",
            failure.Message,
            StringComparison.Ordinal);
        await env.DelayAsync(_second);
    });

    [Fact]
    public Task AnOperationThatDoesNotWait_IsNotCancelled() => AsyncTest.RunAsync(async env =>
    {
        var fault = new InvalidOperationException("broken");

        AsyncTestException completed = await FailureOfAsync(() => AsyncAssert.CancelsAsync(async _ =>
        {
            for (var i = 0; i < 5; i++) await env.YieldAsync();
        }));
        AsyncTestException failed = await FailureOfAsync(() => AsyncAssert.CancelsAsync(_ => throw fault));

        Assert.Contains(
            "should have been waiting when it was cancelled, but had already completed.",
            completed.Message,
            StringComparison.Ordinal);
        Assert.Contains("but had already failed.", failed.Message, StringComparison.Ordinal);
        Assert.Same(fault, failed.InnerException);
    });

    [Fact]
    public Task AnOperationThatIgnoresItsToken_DoesNotEnd() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure =
            await FailureOfAsync(() => AsyncAssert.CancelsAsync(_ => _never.Task, 3 * _second));

        Assert.StartsWith(
            "'_ => _never.Task' did not end within 00:00:03 after it was cancelled.",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal(3 * _second, env.Elapsed);
        Assert.Equal(0, env.Time.TimerCount);
    });

    [Fact]
    public async Task AnEndOfAnotherKind_IsSaid()
    {
        var fault = new IOException("broken pipe");

        AsyncTestException completed = await FailureOfAsync(() => AsyncAssert.CancelsAsync(async token =>
        {
            await WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }));
        AsyncTestException failed = await FailureOfAsync(() => AsyncAssert.CancelsAsync(async token =>
        {
            await WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw fault;
        }));

        Assert.Contains("completed, although it was cancelled", completed.Message, StringComparison.Ordinal);
        Assert.Contains(
            "ended with another exception.\nIOException: broken pipe", failed.Message, StringComparison.Ordinal);
        Assert.Same(fault, failed.InnerException);
    }

    [Fact]
    public async Task AWrongToken_IsSaid()
    {
        AsyncTestException linked = await FailureOfAsync(() => AsyncAssert.CancelsAsync(async token =>
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(token);
            await WaitAsync(both.Token);
        }));
        AsyncTestException none = await FailureOfAsync(() => AsyncAssert.CancelsAsync(async token =>
        {
            await WaitAsync(token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw new OperationCanceledException();
        }));

        Assert.Contains(
            "its TaskCanceledException carries another token instead of the one it got.",
            linked.Message,
            StringComparison.Ordinal);
        Assert.Contains("its OperationCanceledException carries no token", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ACallbackOfTheTokenThatThrows_IsSaid()
    {
        var fault = new InvalidOperationException("broken");

        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.CancelsAsync(async token =>
        {
            Task wait = WaitAsync(token);
            token.Register(() => throw fault);
            await wait;
        }));

        Assert.Same(fault, failure.InnerException);
    }

    [Fact]
    public Task WhatTheOperationStarted_AndLeftRunning_IsFound() => AsyncTest.RunAsync(async env =>
    {
        async Task LeaveAsync() => await env.DelayAsync(_second);
        Task? left = null;
        Task others = LeaveAsync();

        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.CancelsAsync(token =>
        {
            left = LeaveAsync();
            return env.DelayAsync(5 * _second, token);
        }));

        Assert.Contains(
            "has ended, but of what it started still runs:\n"
                + "  cancelled operation: AsyncAssertCancelsTests.LeaveAsync at await 1",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Equal(1, CountOf("cancelled operation: ", failure.Message.Split("At virtual time")[0]));
        await left!;
        await others;
    });

    [Fact]
    public Task AnEffectAfterTheEnd_IsFound_WithItsTime() => AsyncTest.RunAsync(async env =>
    {
        // No async method that PendingMethods would find.
        ITimer? late = null;

        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.CancelsAsync(
            token =>
            {
                late = env.Time.CreateTimer(_ => _written++, null, 3 * _second, Timeout.InfiniteTimeSpan);
                return env.DelayAsync(Timeout.InfiniteTimeSpan, token);
            },
            effect: () => _written));

        Assert.Contains(
            "its effect changed from 0 to 1 after 00:00:03, with step", failure.Message, StringComparison.Ordinal);
        Assert.Equal(3 * _second, env.Elapsed);
        late!.Dispose();
    });

    [Fact]
    public Task AnEffectInTheNextStepAfterTheEnd_IsFound() => AsyncTest.RunAsync(async env =>
    {
        AsyncTestException failure = await FailureOfAsync(() => AsyncAssert.CancelsAsync(
            async token =>
            {
                try
                {
                    await env.DelayAsync(Timeout.InfiniteTimeSpan, token);
                }
                finally
                {
                    _ = Task.Run(() => _written++, CancellationToken.None);
                }
            },
            effect: () => _written));

        Assert.Contains("its effect changed from 0 to 1 after 00:00:00", failure.Message, StringComparison.Ordinal);
    });

    [Fact]
    public Task AnEffectBeforeTheEnd_IsFine_AndTheClockMovesOnByTheLimit() => AsyncTest.RunAsync(async env =>
    {
        async Task WriteAsync(CancellationToken token)
        {
            try
            {
                await env.DelayAsync(Timeout.InfiniteTimeSpan, token);
            }
            finally
            {
                _written++;
            }
        }

        await AsyncAssert.CancelsAsync(WriteAsync, within: 2 * _second, effect: () => _written);

        Assert.Equal(1, _written);
        Assert.Equal(2 * _second, env.Elapsed);
    });

    [Fact]
    public Task InATestThatMovesTheClockItself_TheClockStands() => AsyncTest.RunAsync(
        async env =>
        {
            await AsyncAssert.CancelsAsync(
                token => env.DelayAsync(Timeout.InfiniteTimeSpan, token), effect: () => _written);

            Assert.Equal(TimeSpan.Zero, env.Elapsed);
        },
        new AsyncTestOptions { AutoAdvance = AutoAdvance.Manual });

    [Fact]
    public async Task OutsideOfATest_TheEffectIsWatchedForAWhileOnTheClock()
    {
        Task<OperationCanceledException> quiet =
            AsyncAssert.CancelsAsync(WaitAsync, effect: () => 0, timeProvider: _time);
        Task<OperationCanceledException> noisy =
            AsyncAssert.CancelsAsync(WaitAsync, effect: () => _written, timeProvider: _time);

        Assert.False(quiet.IsCompleted);
        _written = 1;
        _time.Advance(TimeSpan.FromMilliseconds(100));

        Assert.True(quiet.IsCompletedSuccessfully);
        Assert.True((await quiet).CancellationToken.IsCancellationRequested);
        Assert.True(noisy.IsCompleted);
        AsyncTestException failure = await FailureOfAsync(() => noisy);
        Assert.Equal(
            "'WaitAsync' has ended, but its effect changed from 0 to 1 after 00:00:00.0010000.", failure.Message);
    }

    [Fact]
    public void WrongTimes_AreRefusedAtTheCall() => Assert.Throws<ArgumentOutOfRangeException>(
        "within", () => { _ = AsyncAssert.CancelsAsync(WaitAsync, -_second); });

    private Task WaitAsync(CancellationToken cancellationToken) => _never.Task.WaitAsync(cancellationToken);

    private static int CountOf(string part, string text) => text.Split(part).Length - 1;

    private static Task<AsyncTestException> FailureOfAsync(Func<Task> assertion) =>
        Assert.ThrowsAsync<AsyncTestException>(assertion);
}
