namespace AsyncKit.Testing.Tests.Exploring.Programs;

/// <summary>Each takes the fork at the left, and then the one at the right.</summary>
internal static class DiningPhilosophers
{
    public static Task ThreeBuggyAsync(TestEnv env) => DineAsync(env, 3, isLastLeftHanded: true);

    public static Task ThreeCorrectAsync(TestEnv env) => DineAsync(env, 3, isLastLeftHanded: false);

    public static Task FiveBuggyAsync(TestEnv env) => DineAsync(env, 5, isLastLeftHanded: true);

    public static Task FiveCorrectAsync(TestEnv env) => DineAsync(env, 5, isLastLeftHanded: false);

    private static async Task DineAsync(TestEnv env, int count, bool isLastLeftHanded)
    {
        SemaphoreSlim[] forks = [.. Enumerable.Range(0, count).Select(static _ => new SemaphoreSlim(1))];
        var meals = 0;
        await Task.WhenAll(Enumerable.Range(0, count).Select(seat => env.Start($"philosopher {seat}", async () =>
        {
            SemaphoreSlim left = forks[seat];
            SemaphoreSlim right = forks[(seat + 1) % count];
            bool isLast = seat == count - 1;
            await (isLast && !isLastLeftHanded ? EatAsync(right, left) : EatAsync(left, right));
        })));
        Assert.Equal(count, meals);

        async Task EatAsync(SemaphoreSlim first, SemaphoreSlim second)
        {
            await first.WaitAsync();
            await Task.Yield();
            await second.WaitAsync();
            meals++;
            await Task.Yield();
            second.Release();
            first.Release();
        }
    }
}
