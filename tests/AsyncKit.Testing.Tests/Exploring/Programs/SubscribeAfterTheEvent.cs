namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A client reads its settings, and then waits for the server to say that it is ready.</summary>
internal static class SubscribeAfterTheEvent
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, static server => server.WhenSaidReadyAsync());

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, static server => server.WhenReadyAsync());

    private static async Task RunAsync(TestEnv env, Func<Server, Task> whenReadyAsync)
    {
        var server = new Server();
        Task start = env.Start("server", server.StartAsync);
        Task client = env.Start("client", async () =>
        {
            await Task.Yield();
            await whenReadyAsync(server);
        });
        await Task.WhenAll(start, client);
    }

    private sealed class Server
    {
        private readonly List<Action> _subscribers = [];
        private bool _isReady;

        public async Task StartAsync()
        {
            for (var module = 0; module < 3; module++) await Task.Yield();
            _isReady = true;
            foreach (Action tell in _subscribers) tell();
        }

        public Task WhenSaidReadyAsync()
        {
            var said = new TaskCompletionSource();
            _subscribers.Add(said.SetResult);
            return said.Task;
        }

        public Task WhenReadyAsync() => _isReady ? Task.CompletedTask : WhenSaidReadyAsync();
    }
}
