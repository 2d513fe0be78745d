namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>An event made by hand, whose waiter looks at the state, traces it, and then waits for the next
/// change.</summary>
internal static class LostWakeUpInEvent
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static signal => signal.WaitAsync());

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static signal => signal.LookAgainAndWaitAsync());

    private static async Task RunAsync(TestEnv env, Func<HandMadeEvent, Task> waitAsync)
    {
        var filled = new HandMadeEvent();
        var tank = 0;
        Task<int> engine = env.Start("engine", async () =>
        {
            await waitAsync(filled);
            return tank;
        });
        Task pump = env.Start("pump", async () =>
        {
            for (var litre = 0; litre < 4; litre++)
            {
                await Task.Yield();
                tank++;
            }

            filled.Set();
        });
        await Task.WhenAll(pump, engine);
        Assert.Equal(4, await engine);
    }

    private sealed class HandMadeEvent
    {
        private TaskCompletionSource? _waiter;
        private bool _isSet;

        public async Task WaitAsync()
        {
            if (_isSet) return;
            await TraceAsync();
            _waiter = new TaskCompletionSource();
            await _waiter.Task;
        }

        public async Task LookAgainAndWaitAsync()
        {
            if (_isSet) return;
            await TraceAsync();
            if (_isSet) return;
            _waiter = new TaskCompletionSource();
            await _waiter.Task;
        }

        public void Set()
        {
            _isSet = true;
            _waiter?.SetResult();
        }

        private static async Task TraceAsync()
        {
            await Task.Yield();
            await Task.Yield();
        }
    }
}
