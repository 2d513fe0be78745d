namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A semaphore made by hand: a waiter that was granted a permit looks at its token once more.</summary>
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

    private sealed class HandMadeSemaphore(bool keepsGrants)
    {
        private readonly Queue<TaskCompletionSource> _waiters = [];

        public int Free { get; private set; } = 1;

        public async Task WaitAsync(CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Free > 0)
            {
                Free--;
                return;
            }

            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Enqueue(waiter);
            await using (cancellationToken.Register(() => waiter.TrySetCanceled(cancellationToken)))
                await waiter.Task;

            // Too late: the permit is this waiter's already, and nobody else will give it back.
            if (!keepsGrants) cancellationToken.ThrowIfCancellationRequested();
        }

        public void Release()
        {
            while (_waiters.TryDequeue(out TaskCompletionSource? waiter))
            {
                if (waiter.TrySetResult()) return;
            }

            Free++;
        }
    }
}
