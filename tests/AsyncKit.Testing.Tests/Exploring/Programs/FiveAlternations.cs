namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>A log that keeps runs of lines of one author, with room for four runs: it overflows only when two authors
/// alternate five times.</summary>
internal static class FiveAlternations
{
    public static Task BuggyAsync(TestEnv env) => RunAsync(env, maxRuns: 4);

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, maxRuns: 5);

    private static async Task RunAsync(TestEnv env, int maxRuns)
    {
        var log = new RunLengthLog(maxRuns);
        Task anna = env.Start("Anna", () => WriteAsync('A', lines: 3));
        Task ben = env.Start("Ben", async () =>
        {
            // Comes late, most often.
            for (var i = 0; i < 4; i++) await Task.Yield();
            await WriteAsync('B', lines: 2);
        });
        await Task.WhenAll(anna, ben);
        Assert.Equal(5, log.Lines);

        async Task WriteAsync(char author, int lines)
        {
            for (var i = 0; i < lines; i++)
            {
                log.Add(author);
                await Task.Yield();
            }
        }
    }

    private sealed class RunLengthLog(int maxRuns)
    {
        private readonly (char Author, int Count)[] _runs = new (char, int)[maxRuns];
        private int _last = -1;

        public int Lines => _runs.Sum(static run => run.Count);

        public void Add(char author)
        {
            if (_last < 0 || _runs[_last].Author != author) _runs[++_last].Author = author;
            _runs[_last].Count++;
        }
    }
}
