using AsyncKit.Diagnostics;

namespace AsyncKit.Snippets;

public class BlockingMonitorSnippets
{
    [Fact]
    public void AMonitor_IsStartedOnce()
    {
        #region blocking-monitor
        using BlockingMonitor monitor = BlockingMonitor.Start(new BlockingMonitorOptions
        {
            Threshold = TimeSpan.FromMilliseconds(500),
            OnStarvation = report => Console.WriteLine(report), // The thread pool has begun nothing for 0.5 s: …
        });
        #endregion

        Assert.True(monitor.Latency >= TimeSpan.Zero);
    }
}
