using AsyncKit.Concurrency;
using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Child;

/// <summary>Makes as many blocking calls as its thread pool may have threads, and tells whether that begins other work
/// meanwhile: with the calls on a runner, and on the pool.</summary>
internal static class StarvationChild
{
    private static readonly int _threads = Environment.ProcessorCount;

    public static async Task RunAsync()
    {
        ThreadPool.SetMinThreads(_threads, 1);
        ThreadPool.SetMaxThreads(_threads, _threads);
        await using var runner = new BlockingRunner(_threads);
        Tell("runner", block => _ = runner.RunAsync(_ => block()));
        Tell("pool", static block => ThreadPool.QueueUserWorkItem(static block => block(), block, preferLocal: false));
    }

    // Not asynchronous: it would go on in the pool, and be one of those that block it.
    private static void Tell(string name, Action<Action> start)
    {
        using var starved = new ManualResetEvent(false);
        using var begun = new ManualResetEvent(false);
        using var gate = new ManualResetEventSlim();
        using var blocked = new CountdownEvent(_threads);
        using BlockingMonitor monitor = BlockingMonitor.Start(new BlockingMonitorOptions
        {
            Threshold = TimeSpan.FromSeconds(1),
            OnStarvation = report => starved.Set(),
        });

        using var ended = new CountdownEvent(_threads);
        for (var i = 0; i < _threads; i++)
        {
            start(() =>
            {
                blocked.Signal();
                gate.Wait();
                ended.Signal();
            });
        }

        blocked.Wait();
        ThreadPool.QueueUserWorkItem(static begun => begun.Set(), begun, preferLocal: false);

        bool isFree = WaitHandle.WaitAny([begun, starved]) is 0;
        gate.Set();
        ended.Wait();
        begun.WaitOne();
        Console.WriteLine($"{name}: {(isFree ? "other work begins" : "starved")}");
    }
}
