namespace AsyncKit.Http;

/// <summary>
/// Tells of the progress of a download: at its beginning and end, and at most 4 times a second in between.
/// </summary>
/// <remarks>Used by one flow of control at a time.</remarks>
internal sealed class ProgressMeter(
    IProgress<DownloadProgress>? progress, TimeProvider timeProvider, long resumedFrom, long? total)
{
    private static readonly TimeSpan _interval = TimeSpan.FromMilliseconds(250);

    // Five seconds of reports.
    private const int Window = 20;

    private readonly Queue<(TimeSpan At, long Bytes)> _recent = new();
    private readonly long _started = timeProvider.GetTimestamp();
    private TimeSpan _latest;

    /// <summary>Tells of it, unless it was told of just now.</summary>
    public void Look(long bytes)
    {
        if (progress is not null && timeProvider.GetElapsedTime(_started) - _latest >= _interval) Tell(bytes);
    }

    /// <summary>Tells of it in any case.</summary>
    public void Tell(long bytes)
    {
        if (progress is null) return;
        _latest = timeProvider.GetElapsedTime(_started);
        if (_recent.Count is Window) _recent.Dequeue();
        _recent.Enqueue((_latest, bytes));
        (TimeSpan at, long before) = _recent.Peek();
        double seconds = (_latest - at).TotalSeconds;
        double rate = seconds > 0 ? (bytes - before) / seconds : 0;
        progress.Report(new DownloadProgress(bytes, total, rate, _latest, resumedFrom));
    }
}
