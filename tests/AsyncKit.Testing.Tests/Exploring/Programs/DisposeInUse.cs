namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A connection is closed when its last request was sent, which is before that was answered.</summary>
internal static class DisposeInUse
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, awaitsRequests: false);

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, awaitsRequests: true);

    private static async Task RunAsync(TestEnv env, bool awaitsRequests)
    {
        Task<int>[] requests;
        using (var connection = new Connection())
        {
            requests = [.. Enumerable.Range(1, 2).Select(
                number => env.Start($"request {number}", () => connection.AskAsync(number)))];
            if (awaitsRequests) await Task.WhenAll(requests);
            else await connection.FlushAsync();
        }

        int[] answers = await Task.WhenAll(requests);
        Assert.Equal([10, 20], answers);
    }

    private sealed class Connection : IDisposable
    {
        private bool _isDisposed;

        public async Task<int> AskAsync(int question)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            await Task.Yield();
            await Task.Yield();
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            return question * 10;
        }

        // Takes a little longer than an answer, most often.
        public async Task FlushAsync()
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            for (var i = 0; i < 4; i++) await Task.Yield();
        }

        public void Dispose() => _isDisposed = true;
    }
}
