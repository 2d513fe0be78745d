using System.Diagnostics.Metrics;
using AsyncKit.Diagnostics;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Diagnostics;

// Blocks the thread pool of the process.
[Collection(typeof(Alone))]
public class BlockingMonitorTests
{
    [Fact(Timeout = 60_000)]
    public async Task AStarvation_IsReported_WhenItBegins_AndWhenItIsOver()
    {
        using var gate = new ManualResetEventSlim();
        List<StarvationReport> reports = [];
        var isOver = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using BlockingMonitor monitor = BlockingMonitor.Start(new BlockingMonitorOptions
        {
            Interval = TimeSpan.FromMilliseconds(1),
            Threshold = TimeSpan.FromMilliseconds(50),
            OnStarvation = Take,
        });

        int blocked = Block(gate);
        await isOver.Task;

        Assert.False(monitor.IsStarved);
        StarvationReport found = reports[0];
        StarvationReport over = reports[1];
        Assert.Equal((false, true), (found.IsOver, over.IsOver));
        Assert.InRange(found.Duration, TimeSpan.FromMilliseconds(50), over.Duration);
        Assert.InRange(found.QueueLength, 1, blocked + 10);
        Assert.InRange(found.ThreadCount, 1, blocked);
        Assert.StartsWith("The thread pool has begun nothing for ", found.ToString(), StringComparison.Ordinal);
        Assert.StartsWith("The thread pool had begun nothing for ", over.ToString(), StringComparison.Ordinal);

        // On the thread of the monitor: what awaits would go on in the pool, which is blocked.
        void Take(StarvationReport report)
        {
            reports.Add(report);
            gate.Set();
            if (report.IsOver) isOver.TrySetResult();
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task TheLatency_IsMeasured_ByTheMeter()
    {
        var measured = new TaskCompletionSource<double>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var listener = new MeterListener
        {
            InstrumentPublished = static (instrument, listener) =>
            {
                if (instrument.Meter.Name is "AsyncKit.Diagnostics") listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) =>
        {
            if (instrument.Name is "asynckit.thread_pool.latency") measured.TrySetResult(value);
        });
        listener.Start();
        using BlockingMonitor monitor = BlockingMonitor.Start();

        Assert.True(await measured.Task >= 0);
        Assert.True(monitor.Latency >= TimeSpan.Zero);
    }

    [Theory]
    [InlineData(0, 500, "Interval must be from 1 ms to 1 hour, but was 00:00:00.")]
    [InlineData(100, 3_600_001, "Threshold must be from 1 ms to 1 hour, but was 01:00:00.0010000.")]
    public void OptionsOutOfRange_AreRefused(int interval, int threshold, string message)
    {
        var options = new BlockingMonitorOptions
        {
            Interval = TimeSpan.FromMilliseconds(interval),
            Threshold = TimeSpan.FromMilliseconds(threshold),
        };

        var refused = Assert.Throws<ArgumentException>(() => BlockingMonitor.Start(options));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    // More than the pool has threads at once; beyond these it makes them one by one.
    private static int Block(ManualResetEventSlim gate)
    {
        ThreadPool.GetMinThreads(out int threads, out _);
        int blocked = Math.Max(threads, ThreadPool.ThreadCount) + 200;
        for (var i = 0; i < blocked; i++)
            ThreadPool.UnsafeQueueUserWorkItem(static gate => gate.Wait(), gate, preferLocal: false);
        return blocked;
    }
}
