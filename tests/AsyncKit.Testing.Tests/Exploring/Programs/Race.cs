namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Two strands, of which the first is faster in the plain order, but not in every schedule.</summary>
internal static class Race
{
    public static async Task<bool> SecondWinsAsync(TestEnv env)
    {
        string? winner = null;
        await Task.WhenAll(
            env.Start("first", () => RunAsync("first", 1)), env.Start("second", () => RunAsync("second", 3)));
        return winner is "second";

        async Task RunAsync(string name, int yields)
        {
            for (var i = 0; i < yields; i++) await env.YieldAsync();
            winner ??= name;
        }
    }
}
