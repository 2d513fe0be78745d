namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>An asynchronous lock made by hand, which writes to its log before it waits.</summary>
internal static class LostWakeUpInLock
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static gate => gate.EnterAsync());

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static gate => gate.QueueAndEnterAsync());

    private static async Task RunAsync(TestEnv env, Func<HandMadeLock, Task> enterAsync)
    {
        var gate = new HandMadeLock();
        var inside = 0;
        env.Always(() => inside <= 1, "one at a time is inside");
        await Task.WhenAll(env.Start("writer", WorkAsync), env.Start("reader", WorkAsync));

        async Task WorkAsync()
        {
            await enterAsync(gate);
            inside++;
            for (var i = 0; i < 3; i++) await Task.Yield();
            inside--;
            gate.Leave();
        }
    }

    private sealed class HandMadeLock
    {
        private readonly Queue<TaskCompletionSource> _waiters = [];
        private readonly List<string> _log = [];
        private bool _isTaken;

        public async Task EnterAsync()
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return;
            }

            // Whoever leaves now finds nobody in the queue.
            await WriteLogAsync("waits");
            var waiter = new TaskCompletionSource();
            _waiters.Enqueue(waiter);
            await waiter.Task;
        }

        public async Task QueueAndEnterAsync()
        {
            if (!_isTaken)
            {
                _isTaken = true;
                return;
            }

            var waiter = new TaskCompletionSource();
            _waiters.Enqueue(waiter);
            await WriteLogAsync("waits");
            await waiter.Task;
        }

        // The one that is woken has the lock: it stays taken.
        public void Leave()
        {
            if (_waiters.TryDequeue(out TaskCompletionSource? waiter)) waiter.SetResult();
            else _isTaken = false;
        }

        private async Task WriteLogAsync(string line)
        {
            await Task.Yield();
            _log.Add(line);
        }
    }
}
