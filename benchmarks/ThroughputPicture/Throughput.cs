using AsyncKit.Concurrency;

namespace ThroughputPicture;

/// <summary>Measures how many items a runner gets done.</summary>
internal static class Throughput
{
    private static readonly TimeSpan _wait = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan _compute = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(1);

    /// <summary>What a call over the network is to the processor: nothing.</summary>
    public static async ValueTask WaitAsync(CancellationToken cancellationToken) =>
        await Task.Delay(_wait, TimeProvider.System, cancellationToken);

    /// <summary>Keeps a processor busy, by work and not by the clock: who shares one gets half as much done.</summary>
    public static ValueTask ComputeAsync(CancellationToken cancellationToken)
    {
        Spin(_roundsPerItem.Value);
        return ValueTask.CompletedTask;
    }

    public static async Task<Curve> MeasureAsync(
        string name, IEnumerable<int> concurrencies, Func<CancellationToken, ValueTask> work)
    {
        await MeasureAsync(concurrency: 4, work);
        var points = new List<Point>();
        foreach (int concurrency in concurrencies) points.Add(await MeasureAsync(concurrency, work));
        return new Curve(name, points);
    }

    private static readonly Lazy<int> _roundsPerItem = new(static () =>
    {
        const int Rounds = 20_000_000;
        Spin(Rounds / 10);
        long start = TimeProvider.System.GetTimestamp();
        Spin(Rounds);
        return (int)(Rounds * (_compute / TimeProvider.System.GetElapsedTime(start)));
    });

    private static async Task<Point> MeasureAsync(int concurrency, Func<CancellationToken, ValueTask> work)
    {
        long start = TimeProvider.System.GetTimestamp();
        var done = 0;
        await new BoundedRunner(concurrency).ForEachAsync(UntilItIsTime(start), async (_, token) =>
        {
            await work(token);
            Interlocked.Increment(ref done);
        });
        return new Point(concurrency, done / TimeProvider.System.GetElapsedTime(start).TotalSeconds);
    }

    private static IEnumerable<int> UntilItIsTime(long start)
    {
        for (var i = 0; TimeProvider.System.GetElapsedTime(start) < _duration; i++) yield return i;
    }

    private static void Spin(int rounds)
    {
        var sum = 1.0;
        for (var i = 1; i <= rounds; i++) sum += 1 / (sum + i);
        GC.KeepAlive(sum);
    }
}
