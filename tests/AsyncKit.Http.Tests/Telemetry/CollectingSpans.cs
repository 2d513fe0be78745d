using System.Collections.Concurrent;
using System.Diagnostics;

namespace AsyncKit.Http.Tests.Telemetry;

/// <summary>Keeps the spans to one host: other tests make theirs at the same time.</summary>
internal sealed class CollectingSpans : IDisposable
{
    private readonly ConcurrentQueue<Activity> _ended = new();
    private readonly ActivityListener _listener;

    public CollectingSpans(string host)
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name is "AsyncKit.Http",
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) =>
                ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (host.Equals(activity.GetTagItem("server.address"))) _ended.Enqueue(activity);
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public IReadOnlyCollection<Activity> Ended => _ended;

    public void Dispose() => _listener.Dispose();
}
