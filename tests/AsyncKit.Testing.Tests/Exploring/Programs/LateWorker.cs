namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Eight mirrors are asked for one file, the last of them in a roundabout way; the table of their names has
/// forgotten it. The first answer wins, and that is hardly ever its.</summary>
internal static class LateWorker
{
    private const int Mirrors = 8;

    public static Task BuggyAsync(TestEnv env) => RunAsync(env, names: Mirrors - 1);

    public static Task CorrectAsync(TestEnv env) => RunAsync(env, names: Mirrors);

    private static async Task RunAsync(TestEnv env, int names)
    {
        string[] nameOf = [.. Enumerable.Range(0, names).Select(static number => $"mirror {number}")];
        string? winner = null;
        await Task.WhenAll(Enumerable.Range(0, Mirrors).Select(number => env.Start($"mirror {number}", async () =>
        {
            int hops = number == Mirrors - 1 ? 5 : 1;
            for (var hop = 0; hop < hops; hop++) await Task.Yield();
            winner ??= nameOf[number];
        })));
        Assert.NotNull(winner);
    }
}
