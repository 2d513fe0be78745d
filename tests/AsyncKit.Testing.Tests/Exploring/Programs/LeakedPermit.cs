namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A print job is cancelled at the moment at which it gets the printer.</summary>
internal static class LeakedPermit
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, keepsGrants: false);

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, keepsGrants: true);

    private static async Task RunAsync(TestEnv env, bool keepsGrants)
    {
        var printer = new HandMadeSemaphore(keepsGrants);
        using var cancel = new CancellationTokenSource();
        await printer.WaitAsync(CancellationToken.None);
        Task second = env.Start("second job", async () =>
        {
            try
            {
                await printer.WaitAsync(cancel.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            printer.Release();
        });
        Task user = env.Start("user", async () =>
        {
            await Task.Yield();
            await cancel.CancelAsync();
        });
        for (var page = 0; page < 4; page++) await env.YieldAsync();
        printer.Release();
        await Task.WhenAll(second, user);
        Assert.Equal(1, printer.Free);
    }
}
