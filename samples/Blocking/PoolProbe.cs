using System.Diagnostics;

namespace Blocking;

/// <summary>Measures how late the thread pool begins work, as everything asynchronous feels it.</summary>
internal sealed class PoolProbe
{
    private readonly List<(TimeSpan At, TimeSpan Latency)> _samples = [];

    public IReadOnlyList<(TimeSpan At, TimeSpan Latency)> Samples => _samples;

    public TimeSpan Worst => _samples.Count is 0 ? default : _samples.Max(static sample => sample.Latency);

    /// <summary>Measures again and again while work is under way.</summary>
    /// <remarks>On a thread of its own: one of the pool would wait in the queue that it measures.</remarks>
    public Task RunWhileAsync(Task work) => Task.Factory.StartNew(
        () => Run(work), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private void Run(Task work)
    {
        long start = Stopwatch.GetTimestamp();
        using var began = new ManualResetEventSlim();
        do
        {
            began.Reset();
            long queued = Stopwatch.GetTimestamp();
            ThreadPool.UnsafeQueueUserWorkItem(static began => began.Set(), began, preferLocal: false);
            began.Wait();
            _samples.Add((Stopwatch.GetElapsedTime(start, queued), Stopwatch.GetElapsedTime(queued)));
            Thread.Sleep(25);
        }
        while (!work.IsCompleted);
    }
}
