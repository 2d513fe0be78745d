using AsyncKit.Testing;

namespace TestingShowcase.Parts;

/// <summary>A worker on a timer of five minutes runs for a day, and nobody waits for it.</summary>
internal static class DayOfAWorker
{
    public static Task<Finding> ShowAsync() => AsyncTest.RunAsync(async env =>
    {
        List<TimeSpan> runs = [];
        env.Background("cleaner", token => CleanUpAsync(env.Time, () => runs.Add(env.Elapsed), token));

        await env.DelayAsync(TimeSpan.FromHours(24));
        await env.IdleAsync();

        return new Finding(
            runs.SequenceEqual(Enumerable.Range(1, 288).Select(run => TimeSpan.FromMinutes(5 * run))),
            env.Elapsed,
            [$"It cleaned up {runs.Count} times: the first at {Text.Of(runs[0])}, the last at {Text.Of(runs[^1])}."]);
    });

    private static async Task CleanUpAsync(TimeProvider time, Action cleanUp, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMinutes(5), time);
        while (await timer.WaitForNextTickAsync(cancellationToken)) await Task.Run(cleanUp, cancellationToken);
    }
}
