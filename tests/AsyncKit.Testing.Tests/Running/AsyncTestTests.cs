namespace AsyncKit.Testing.Tests.Running;

public class AsyncTestTests
{
    [Fact]
    public Task AnHourOfDelay_TakesAnHourOfVirtualTime() => AsyncTest.RunAsync(async env =>
    {
        await Task.Delay(TimeSpan.FromHours(1), env.Time);

        Assert.Equal(TimeSpan.FromHours(1), env.Elapsed);
    });

    [Fact]
    public async Task RunAsync_GivesTheValueOfTheBody()
    {
        int value = await AsyncTest.RunAsync(async env =>
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1));
            return 17;
        });

        Assert.Equal(17, value);
    }

    [Fact]
    public Task TaskRun_WithoutContext_IsPartOfTheRun() => AsyncTest.RunAsync(async env =>
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(1), env.Time);
        var sum = 0;
        for (var i = 0; i < 20; i++)
        {
            sum += await Task.Run(
                async () =>
                {
                    await Task.Yield();
                    limit.Token.ThrowIfCancellationRequested();
                    return 1;
                },
                limit.Token).ConfigureAwait(false);
        }

        Assert.Equal(20, sum);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public Task ALongRunningTask_IsPartOfTheRun() => AsyncTest.RunAsync(async env =>
    {
        int thread = await Task.Factory.StartNew(
            static () => Environment.CurrentManagedThreadId,
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public async Task WhatTheBodyThrows_IsThrownAsItIs()
    {
        var fault = new InvalidOperationException("of the body");

        Exception thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => AsyncTest.RunAsync(async env =>
        {
            await env.DelayAsync(TimeSpan.FromSeconds(1));
            throw fault;
        }));

        Assert.Same(fault, thrown);
    }

    [Fact]
    public async Task EveryFaultOfTheBody_IsOnTheTask()
    {
        Task run = AsyncTest.RunAsync(static _ => Task.WhenAll(
            Task.FromException(new InvalidOperationException()), Task.FromException(new FormatException())));

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Equal(2, run.Exception!.InnerExceptions.Count);
    }

    [Fact]
    public async Task ABodyThatThrowsBeforeItsFirstAwait_FailsTheRun()
    {
        await Assert.ThrowsAsync<FormatException>(() => AsyncTest.RunAsync(static _ => throw new FormatException()));
    }

    [Fact]
    public async Task ACancellationOfTheBodysOwn_IsAFault()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            AsyncTest.RunAsync(static _ => Task.FromCanceled(new CancellationToken(canceled: true))));
    }

    [Fact]
    public async Task CancelledByTheCaller_TheRunEndsCancelledWithTheCallersToken()
    {
        using var cancel = new CancellationTokenSource();

        Task run = AsyncTest.RunAsync(
            async env =>
            {
                await env.ExternalAsync(cancel.CancelAsync);
                await new TaskCompletionSource().Task;
            },
            cancellationToken: cancel.Token);

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(cancel.Token, thrown.CancellationToken);
        Assert.True(run.IsCanceled);
    }

    [Fact]
    public async Task ARunInsideARun_IsRefused()
    {
        await AsyncTest.RunAsync(static env =>
        {
            Assert.Throws<InvalidOperationException>(() => { _ = AsyncTest.RunAsync(static _ => Task.CompletedTask); });
            return Task.CompletedTask;
        });
    }

    [Fact]
    public async Task RunsAtTheSameTime_HaveTheirOwnTimeAndEnvironment()
    {
        await Task.WhenAll(Enumerable.Range(1, 20).Select(seconds => AsyncTest.RunAsync(async env =>
        {
            for (var i = 0; i < 10; i++)
            {
                await Task.Run(() => Assert.Same(env, TestEnv.Current), TestContext.Current.CancellationToken);
                await env.DelayAsync(TimeSpan.FromSeconds(seconds)).ConfigureAwait(false);
                Assert.Same(env, TestEnv.Current);
            }

            Assert.Equal(TimeSpan.FromSeconds(10 * seconds), env.Elapsed);
        })));

        Assert.Null(TestEnv.Current);
    }

    [Fact]
    public async Task TheCallersAsyncLocals_FlowIntoTheRun()
    {
        var local = new AsyncLocal<string> { Value = "of the caller" };

        await AsyncTest.RunAsync(async _ =>
        {
            await Task.Yield();
            Assert.Equal("of the caller", local.Value);
        });
    }

    [Fact]
    public async Task ALoopThatNeverWaits_EndsAtTheStepLimit()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static async _ =>
            {
                while (true) await Task.Yield();
            },
            new AsyncTestOptions { MaxSteps = 100 }));

        Assert.Equal(AsyncTestFailure.StepLimit, thrown.Failure);
    }

    [Fact]
    public async Task OneThatTakesTooLongInRealTime_SaysWhatWasPending()
    {
        var thrown = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            static env => env.ExternalAsync(static () => new TaskCompletionSource().Task),
            new AsyncTestOptions { RealTimeout = TimeSpan.FromMilliseconds(20) }));

        Assert.Equal(AsyncTestFailure.RealTimeout, thrown.Failure);
        Assert.Contains(thrown.GetType().GetInterfaces(), static type => type.Name is "ITestTimeoutException");
    }

    [Fact]
    public async Task OneThatNeverComesBack_IsEndedAllTheSame()
    {
        using var held = new ManualResetEventSlim();

        var thrown = await Assert.ThrowsAnyAsync<AsyncTestException>(() => AsyncTest.RunAsync(
            _ =>
            {
                held.Wait();
                return Task.CompletedTask;
            },
            new AsyncTestOptions { RealTimeout = TimeSpan.FromMilliseconds(20), Blocking = BlockingPolicy.Ignore }));
        held.Set();

        Assert.Equal(AsyncTestFailure.RealTimeout, thrown.Failure);
        Assert.Contains("does not return from this step", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AReportOfAFailure_GoesToTheOutput()
    {
        var output = "";

        await Assert.ThrowsAsync<FormatException>(() => AsyncTest.RunAsync(
            static async env =>
            {
                await env.DelayAsync(TimeSpan.FromSeconds(3));
                throw new FormatException();
            },
            new AsyncTestOptions { Output = text => output += text }));

        Assert.StartsWith("At virtual time 00:00:03", output, StringComparison.Ordinal);
    }
}
