using AsyncKit.Concurrency;

namespace Concurrency.Stories;

/// <summary>One request of ten takes twenty times as long. Who sends those again hardly notices.</summary>
internal static class HedgedRequests
{
    private const int Requests = 200;
    private const int Usual = 10;
    private const int Slow = 20 * Usual;

    private static readonly TimeSpan _delay = TimeSpan.FromMilliseconds(4 * Usual);

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        (TimeSpan[] plain, int sentPlain) = await MeasureAsync(static (askAsync, token) => askAsync(token));
        (TimeSpan[] hedged, int sentHedged) = await MeasureAsync(static (askAsync, token) =>
            new ValueTask<int>(TaskRace.StaggeredAsync<int>([askAsync, askAsync], _delay, cancellationToken: token)));

        Story.Requires(
            Percentile(hedged, 95) < Percentile(plain, 95), "The slowest answers come sooner when they are hedged.");
        return
        [
            $"plain:  half of the answers within {Percentile(plain, 50)} ms, 95 % within {Percentile(plain, 95)} ms, "
                + $"{sentPlain} requests sent",
            $"hedged: half of the answers within {Percentile(hedged, 50)} ms, 95 % within {Percentile(hedged, 95)} ms, "
                + $"{sentHedged} requests sent",
        ];

        async Task<(TimeSpan[] Times, int Sent)> MeasureAsync(
            Func<Func<CancellationToken, ValueTask<int>>, CancellationToken, ValueTask<int>> requestAsync)
        {
            var sent = 0;
            TimeSpan[] times = await new BoundedRunner(maxConcurrency: 20).MapAsync(
                Enumerable.Range(0, Requests),
                async (_, token) =>
                {
                    long start = TimeProvider.System.GetTimestamp();
                    await requestAsync(AskAsync, token);
                    return TimeProvider.System.GetElapsedTime(start);
                },
                cancellationToken);
            return ([.. times.Order()], sent);

            async ValueTask<int> AskAsync(CancellationToken token)
            {
                int number = Interlocked.Increment(ref sent);
                await Story.LatencyAsync(number % 10 is 0 ? Slow : Usual, token);
                return number;
            }
        }
    }

    private static int Percentile(TimeSpan[] sorted, int percent) =>
        (int)sorted[sorted.Length * percent / 100].TotalMilliseconds;
}
