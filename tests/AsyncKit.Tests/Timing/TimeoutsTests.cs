using AsyncKit.Errors;
using AsyncKit.Testing;
using AsyncKit.Timing;

namespace AsyncKit.Tests.Timing;

public class TimeoutsTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task RunAsync_ReturnsTheValue()
    {
        int value = await Timeouts.RunAsync(static async _ =>
        {
            await Task.Yield();
            return 7;
        }, _limit);

        Assert.Equal(7, value);
    }

    [Fact]
    public async Task RunAsync_WhenTheLimitPasses_CancelsTheWork_WaitsForItsEnd_AndNamesTheLimit()
    {
        var cleanUp = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();

        Task run = Timeouts.RunAsync(
            async token =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, _time, token).ConfigureAwait(false);
                }
                finally
                {
                    cancelled.SetResult();
                    await cleanUp.Task.ConfigureAwait(false);
                }
            },
            Deadline.After(_limit, _time),
            CancellationToken.None);

        _time.Advance(_limit - TimeSpan.FromTicks(1));
        Assert.False(cancelled.Task.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));
        await cancelled.Task;
        Assert.False(run.IsCompleted);
        cleanUp.SetResult();
        TimeoutException timeout = await Assert.ThrowsAsync<TimeoutException>(() => run);
        Assert.Contains("00:00:05", timeout.Message, StringComparison.Ordinal);
        Assert.IsAssignableFrom<OperationCanceledException>(timeout.InnerException);
    }

    [Fact]
    public async Task RunAsync_AValueThatComesLate_IsReturned()
    {
        var late = new TaskCompletionSource<string>();

        Task<string> run = Timeouts.RunAsync(_ => late.Task, Deadline.After(_limit, _time), CancellationToken.None);
        _time.Advance(_limit);
        late.SetResult("late");

        Assert.Equal("late", await run);
    }

    [Fact]
    public async Task RunAsync_AFaultAfterTheLimit_IsTheFault()
    {
        var fault = new InvalidOperationException("clean-up failed");
        var work = new TaskCompletionSource();

        Task run = Timeouts.RunAsync(_ => work.Task, Deadline.After(_limit, _time), CancellationToken.None);
        _time.Advance(_limit);
        work.SetException(fault);

        Assert.Same(fault, await Assert.ThrowsAsync<InvalidOperationException>(() => run));
    }

    [Fact]
    public async Task RunAsync_WhenTheCallerCancels_ThrowsWithTheCallersToken_AndKeepsTheOriginal()
    {
        using var caller = new CancellationTokenSource();

        Task run = Timeouts.RunAsync(
            async token => await Task.Delay(Timeout.InfiniteTimeSpan, _time, token).ConfigureAwait(false),
            Deadline.After(_limit, _time),
            caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.IsAssignableFrom<OperationCanceledException>(thrown.InnerException);
        Assert.True(run.IsCanceled);
    }

    [Fact]
    public async Task RunAsync_WhenLimitAndCallerMeet_TheCallerWins()
    {
        using var caller = new CancellationTokenSource();
        var work = new TaskCompletionSource();

        Task run = Timeouts.RunAsync(_ => work.Task, Deadline.After(_limit, _time), caller.Token);
        _time.Advance(_limit);
        await caller.CancelAsync();
        work.SetCanceled(CancellationToken.None);

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task RunAsync_ACancellationNobodyAskedFor_PassesUnchanged()
    {
        var foreign = new OperationCanceledException("not ours");

        Task run = Timeouts.RunAsync(new Func<CancellationToken, ValueTask>(_ => throw foreign), _limit);
        OperationCanceledException thrown = await Assert.ThrowsAsync<OperationCanceledException>(() => run);

        Assert.Same(foreign, thrown);
        Assert.True(run.IsFaulted);
    }

    [Fact]
    public async Task RunAsync_WithACancelledToken_DoesNotStart()
    {
        var started = false;
        var token = new CancellationToken(canceled: true);

        Task run = Timeouts.RunAsync(
            _ =>
            {
                started = true;
                return Task.CompletedTask;
            },
            Deadline.After(_limit, _time),
            token);

        Assert.True(run.IsCanceled);
        Assert.False(started);
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(token, thrown.CancellationToken);
    }

    [Fact]
    public async Task RunAsync_WithAZeroLimit_RunsWithACancelledToken_AndStillTakesAValue()
    {
        int ready = await Timeouts.RunAsync(static _ => ValueTask.FromResult(7), Deadline.After(TimeSpan.Zero, _time));

        Assert.Equal(7, ready);
        await Assert.ThrowsAsync<TimeoutException>(() => Timeouts.RunAsync(
            async token => await Task.Delay(Timeout.InfiniteTimeSpan, _time, token),
            Deadline.After(TimeSpan.Zero, _time)));
    }

    [Fact]
    public async Task RunAsync_WithAnInfiniteLimit_NeverTimesOut()
    {
        var work = new TaskCompletionSource<int>();

        Task<int> run = Timeouts.RunAsync(_ => work.Task, Deadline.After(Timeout.InfiniteTimeSpan, _time));
        _time.Advance(TimeSpan.FromDays(1_000));
        Assert.False(run.IsCompleted);
        work.SetResult(1);

        Assert.Equal(1, await run);
    }

    [Theory]
    [InlineData(-2)]
    [InlineData(4_294_967_295)]
    public void RunAsync_WithALimitThatIsNone_ThrowsAtTheCall(long milliseconds)
    {
        TimeSpan limit = TimeSpan.FromMilliseconds(milliseconds);

        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(
            "timeout", () => { _ = Timeouts.RunAsync(static _ => ValueTask.CompletedTask, limit); });

        Assert.Contains($"{limit}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_WhenSeveralCallbacksThrow_NoFaultIsDropped()
    {
        Task run = Timeouts.RunAsync(
            async token =>
            {
                var cancelled = new TaskCompletionSource();
                await using CancellationTokenRegistration end = token.Register(() => cancelled.SetResult());
                await using CancellationTokenRegistration one = token.Register(static () => throw new IOException("1"));
                await using CancellationTokenRegistration two = token.Register(static () => throw new IOException("2"));
                await cancelled.Task;
            },
            Deadline.After(_limit, _time),
            CancellationToken.None);
        _time.Advance(_limit);

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Equal(["1", "2"], run.Exception!.InnerExceptions.Select(fault => fault.Message).Order());
    }

    [Fact]
    public async Task RunAsync_WhatACancellationCallbackThrows_IsAFault_AndDoesNotEndTheProcess()
    {
        var fault = new IOException("callback");
        var late = new TaskCompletionSource<int>();

        Task<int> run = Timeouts.RunAsync(
            async token =>
            {
                await using CancellationTokenRegistration faulty = token.Register(() => throw fault);
                return await late.Task;
            },
            Deadline.After(_limit, _time),
            CancellationToken.None);
        _time.Advance(_limit);
        late.SetResult(1);

        Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => run));
    }

    [Fact]
    public async Task RunAsync_ADeadlineThatIsShared_DoesNotBeginAnew()
    {
        Deadline whole = Deadline.After(_limit, _time);

        await Timeouts.RunAsync(
            _ =>
            {
                _time.Advance(_limit - TimeSpan.FromSeconds(1));
                return ValueTask.CompletedTask;
            },
            whole);
        Task second = Timeouts.RunAsync(
            async token => await Task.Delay(Timeout.InfiniteTimeSpan, _time, token), whole);
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));

        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => second);
        Assert.Contains("00:00:05", timeout.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TryRunAsync_GivesHowTheWorkEnded_AndDoesNotThrow()
    {
        using var caller = new CancellationTokenSource();

        Settled<int> value = await Timeouts.TryRunAsync(static _ => ValueTask.FromResult(7), _limit);
        Settled fault = await Timeouts.TryRunAsync(static _ => Task.FromException(new IOException("broken")), _limit);
        Settled late = await Timeouts.TryRunAsync(
            async token => await Task.Delay(Timeout.InfiniteTimeSpan, _time, token),
            Deadline.After(TimeSpan.Zero, _time));
        ValueTask<Settled<int>> run = Timeouts.TryRunAsync(DelayAsync, _limit, caller.Token);
        await caller.CancelAsync();
        Settled<int> cancelled = await run;

        Assert.Equal(7, value.Value);
        Assert.IsType<IOException>(fault.Exception);
        Assert.True(late.IsFaulted);
        Assert.IsType<TimeoutException>(late.Exception);
        Assert.True(cancelled.IsCanceled);

        async Task<int> DelayAsync(CancellationToken token)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, token);
            return 1;
        }
    }

    [Fact]
    public async Task ShieldAsync_LetsCleanUpRun_UntilTheGraceIsOver()
    {
        var log = new List<string>();

        await Timeouts.ShieldAsync(
            token =>
            {
                log.Add($"cancelled: {token.IsCancellationRequested}");
                return ValueTask.CompletedTask;
            },
            Deadline.After(_limit, _time));
        Task endless = Timeouts.ShieldAsync(
            token => Task.Delay(Timeout.InfiniteTimeSpan, _time, token), Deadline.After(_limit, _time));
        _time.Advance(_limit);

        await Assert.ThrowsAsync<TimeoutException>(() => endless);
        Assert.Equal(["cancelled: False"], log);
    }
}
