namespace AsyncKit.Testing.Tests.Exploring;

public class AsyncTestFailEverywhereTests
{
    [Fact]
    public async Task EachFaultOfEachPlace_HappensOnce_AfterARunWithoutAny()
    {
        List<string> met = [];

        ExploreReport report = await AsyncTest.FailEverywhereAsync(
            async env => met.Add(await WhatHappensAsync(env)), new ExploreOptions { Schedules = 4 });

        Assert.Equal(4, report.Schedules);
        Assert.Equal(["none", "A fault at 'connect', as explored.", "full", "slow"], met);
    }

    [Fact]
    public async Task ThenEachHappensUnderOtherSchedules()
    {
        List<string> met = [];

        await AsyncTest.FailEverywhereAsync(
            async env => met.Add(await WhatHappensAsync(env)), new ExploreOptions { Schedules = 104 });

        Assert.Equal(104, met.Count);
        Assert.Equal(["A fault at 'connect', as explored.", "full", "slow"], met[4..].Distinct().Order());
    }

    [Fact]
    public async Task AFaultAfterAFault_IsMetToo()
    {
        var most = 0;

        await AsyncTest.FailEverywhereAsync(
            env =>
            {
                var attempts = 0;
                while (++attempts < 3)
                {
                    try
                    {
                        env.FaultPoint("send");
                        break;
                    }
                    catch (IOException)
                    {
                        most = Math.Max(most, attempts);
                    }
                }

                return Task.CompletedTask;
            },
            new ExploreOptions { Schedules = 3 });

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task TheFault_MayComeThrough_AlsoInsideAnother()
    {
        await AsyncTest.FailEverywhereAsync(static async env =>
        {
            await env.YieldAsync();
            try
            {
                env.FaultPoint("disk", new IOException("full"), new UnauthorizedAccessException("locked"));
            }
            catch (IOException e)
            {
                throw new InvalidOperationException("It could not be saved.", e);
            }
        });
    }

    [Fact]
    public async Task AnotherException_DoesNot()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.FailEverywhereAsync(static env =>
        {
            var isSaved = false;
            try
            {
                env.FaultPoint("disk");
                isSaved = true;
            }
            catch (IOException)
            {
                // Where the fault came from is lost.
            }

            return isSaved ? Task.CompletedTask : throw new InvalidOperationException("It is not saved.");
        }));

        Assert.IsType<InvalidOperationException>(found.InnerException);
        Assert.Contains("A fault at 'disk', as explored.", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStateThatAFaultLeavesBroken_IsFound_AndReplayed()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.FailEverywhereAsync(TransferAsync));

        Assert.Equal(AsyncTestFailure.Thrown, found.Failure);
        Assert.StartsWith("Schedule 3 with seed 1 fails:", found.Message, StringComparison.Ordinal);
        Assert.Contains("The fault was thrown: A fault at 'deposit'", found.Message, StringComparison.Ordinal);
        for (var i = 0; i < 20; i++)
        {
            var replayed = await Assert.ThrowsAsync<AsyncTestException>(
                () => AsyncTest.ReplayAsync(found.Token!, TransferAsync));
            Assert.Equal(found.InnerException!.Message, replayed.InnerException!.Message);
        }

        static async Task TransferAsync(TestEnv env)
        {
            var from = 1;
            var to = 0;
            try
            {
                env.FaultPoint("withdrawal");
                from--;
                await env.YieldAsync();
                env.FaultPoint("deposit");
                to++;
            }
            catch (IOException)
            {
                // A bug: nothing is rolled back.
            }

            Assert.Equal(1, from + to);
        }
    }

    [Fact]
    public async Task ATestInWhichNothingCanGoWrong_IsComplainedAbout()
    {
        var thrown = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.FailEverywhereAsync(static _ => Task.CompletedTask, new ExploreOptions { Schedules = 5 }));

        Assert.Equal(AsyncTestFailure.Assertion, thrown.Failure);
        Assert.Contains("TestEnv.FaultPoint", thrown.Message, StringComparison.Ordinal);
        Assert.Null(thrown.Token);
    }

    private static async Task<string> WhatHappensAsync(TestEnv env)
    {
        try
        {
            env.FaultPoint("connect");
            await env.YieldAsync();
            env.FaultPoint("write", new IOException("full"), new TimeoutException("slow"));
            return "none";
        }
        catch (Exception e) when (e is IOException or TimeoutException)
        {
            return e.Message;
        }
    }
}
