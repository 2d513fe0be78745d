namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Lines are read from a stream that gives as many bytes as it likes: an end of line may be cut in
/// two.</summary>
internal static class ShortRead
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, joinsChunks: false);

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, joinsChunks: true);

    private static async Task RunAsync(TestEnv env, bool joinsChunks)
    {
        var source = new ChunkedSource(env, "HELLO\r\nQUIT\r\n");
        var lines = 0;
        var rest = "";
        while (await source.ReadAsync() is { Length: > 0 } chunk)
        {
            rest += chunk;
            string looked = joinsChunks ? rest : chunk;
            int ends = looked.Split("\r\n").Length - 1;
            lines += ends;
            if (ends > 0) rest = rest[(rest.LastIndexOf("\r\n", StringComparison.Ordinal) + 2)..];
        }

        Assert.Equal(2, lines);
    }

    private sealed class ChunkedSource(TestEnv env, string text)
    {
        private int _position;

        public async Task<string> ReadAsync()
        {
            await Task.Yield();
            int left = text.Length - _position;
            int count = left is 0 ? 0 : left - env.Choose(left);
            _position += count;
            return text.Substring(_position - count, count);
        }
    }
}
