using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace AsyncKit.Diagnostics;

/// <summary>Watches how late the thread pool begins work, and reports when it begins none, as when blocking calls hold
/// all of its threads.</summary>
/// <remarks>
/// <para>A thread of its own queues a piece of work that does nothing, again and again, and measures when it is begun:
/// that late is everything asynchronous of the process. Between two looks it sleeps, and nothing else of the program
/// does anything for it. While a starvation lasts, it also listens to what the runtime tells of waits.</para>
/// <para><b>Instruments</b> of the Meter <c>AsyncKit.Diagnostics</c>: the histogram
/// <c>asynckit.thread_pool.latency</c> in seconds, and the counter <c>asynckit.thread_pool.starvations</c>.</para>
/// <para>One for each process is enough. Until it is started there is nothing of it. Thread-safe.</para>
/// </remarks>
[DebuggerDisplay("Latency = {Latency}, IsStarved = {IsStarved}")]
public sealed class BlockingMonitor : IDisposable
{
    private static readonly Meter _meter = new("AsyncKit.Diagnostics");
    private static readonly Histogram<double> _latencies = _meter.CreateHistogram<double>(
        "asynckit.thread_pool.latency", "s", "How late the thread pool has begun work that was queued.");
    private static readonly Counter<long> _starvations = _meter.CreateCounter<long>(
        "asynckit.thread_pool.starvations",
        "{starvation}",
        "How often it has begun none for longer than the threshold.");

    // How often a starvation is looked at for its end.
    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(100);

    private readonly BlockingMonitorOptions _options;
    private readonly PoolProbe _probe = new();
    private volatile bool _isStarved;
    private volatile bool _isStopped;

    private BlockingMonitor(BlockingMonitorOptions options) => _options = options;

    /// <summary>Whether the pool begins nothing at this moment, and has not for longer than the threshold.</summary>
    public bool IsStarved => _isStarved;

    /// <summary>How late the pool has begun the latest piece of work, or how late that is until now.</summary>
    public TimeSpan Latency => _probe.Latency;

    /// <summary>Starts one.</summary>
    /// <param name="options">How it looks; the defaults when <see langword="null"/>.</param>
    /// <returns>The monitor: dispose it to end it.</returns>
    /// <exception cref="ArgumentException">An option is out of its range.</exception>
    public static BlockingMonitor Start(BlockingMonitorOptions? options = null)
    {
        options?.ThrowIfInvalid(nameof(options));
        var monitor = new BlockingMonitor(options ?? new BlockingMonitorOptions());
        monitor._probe.Queue();
        new Thread(monitor.Watch) { IsBackground = true, Name = nameof(BlockingMonitor) }.UnsafeStart();
        return monitor;
    }

    /// <summary>Ends it. A report that is being made may still arrive. Never throws.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _probe.Stop();
    }

    private void Watch()
    {
        while (true)
        {
            long queueLength = ThreadPool.PendingWorkItemCount;
            int threads = ThreadPool.ThreadCount;
            if (!_probe.WaitUntilBegun(_options.Threshold) && !_isStopped) WatchStarvation(queueLength, threads);
            if (!_probe.Pause(_options.Interval)) return;
            _latencies.Record(_probe.Latency.TotalSeconds);
            _probe.Queue();
        }
    }

    private void WatchStarvation(long queueLength, int threads)
    {
        using var waits = new BlockingWaits();
        _isStarved = true;
        _starvations.Add(1);
        Report(isOver: false);
        while (!_isStopped && !_probe.WaitUntilBegun(_pace))
        {
        }

        _isStarved = false;
        if (!_isStopped) Report(isOver: true);

        void Report(bool isOver) => _options.OnStarvation?.Invoke(new StarvationReport
        {
            IsOver = isOver,
            Duration = _probe.Latency,
            QueueLength = ThreadPool.PendingWorkItemCount,
            QueueGrowth = ThreadPool.PendingWorkItemCount - queueLength,
            ThreadCount = ThreadPool.ThreadCount,
            ThreadGrowth = ThreadPool.ThreadCount - threads,
            LockWaits = waits.Locks,
            OtherWaits = waits.Others,
        });
    }
}
