namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>Threads that do not give the turn back at once.</summary>
public class TurnsTests
{
    [Fact]
    public Task ALongRunningTaskThatComputes_HoldsTheClock() => AsyncTest.RunAsync(async env =>
    {
        var isThere = new TaskCompletionSource();
        Task computed = Task.Factory.StartNew(
            () =>
            {
                isThere.SetResult();
                RealWork.Compute(RealWork.Milliseconds(120));
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        await env.ExternalAsync(() => isThere.Task);

        await computed.WaitAsync(TimeSpan.FromHours(1), env.Time);

        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public Task AThreadThatSomebodyOutsideWakes_GoesOn_WhileExternalWorkIsPending() => AsyncTest.RunAsync(async env =>
    {
        using var open = new ManualResetEventSlim();
        var external = new TaskCompletionSource();
        Task work = Task.Run(() =>
        {
            open.Wait();
            external.SetResult();
        });

        await env.ExternalAsync(() =>
        {
            RealWork.Later(RealWork.Milliseconds(20), open.Set);
            return external.Task;
        });

        await work;
    });

    [Fact]
    public Task AWaitWithALimit_Ends_WhileExternalWorkIsPending() => AsyncTest.RunAsync(static async env =>
    {
        using var never = new ManualResetEventSlim();
        var external = new TaskCompletionSource();
        Task<bool> work = Task.Run(() =>
        {
            bool isSet = never.Wait(RealWork.Milliseconds(20));
            external.SetResult();
            return isSet;
        });

        await env.ExternalAsync(() => external.Task);

        Assert.False(await work);
    });
}
