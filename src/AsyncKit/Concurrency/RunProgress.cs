using AsyncKit.Errors;

namespace AsyncKit.Concurrency;

/// <summary>Counts the items of a run, and reports the counts one report at a time.</summary>
internal sealed class RunProgress(IProgress<RunnerProgress> progress, TimeProvider timeProvider)
{
    private readonly long _startedAt = timeProvider.GetTimestamp();
    private long _started;
    private long _completed;
    private long _failed;
    private long _cut;

    // How many ends have not been told. Who makes it more than zero reports; what ends meanwhile is in the next report.
    private long _untold;

    public void Start() => Interlocked.Increment(ref _started);

    /// <summary>Counts an item that has ended, and reports. Throws what the receiver throws, which gets no more reports
    /// then.</summary>
    public void Finish(Ending ending)
    {
        Interlocked.Increment(ref CountOf(ending));
        if (Interlocked.Increment(ref _untold) is not 1) return;
        long told;
        do
        {
            told = Volatile.Read(ref _untold);
            Report();
        }
        while (Interlocked.Add(ref _untold, -told) is not 0);
    }

    private ref long CountOf(Ending ending)
    {
        if (ending is Ending.Succeeded) return ref _completed;
        if (ending is Ending.Faulted) return ref _failed;
        return ref _cut;
    }

    private void Report()
    {
        // The ends before the starts: an item that begins meanwhile runs.
        long completed = Volatile.Read(ref _completed);
        long failed = Volatile.Read(ref _failed);
        long ended = completed + failed + Volatile.Read(ref _cut);
        long started = Volatile.Read(ref _started);
        progress.Report(new RunnerProgress(
            started, completed, failed, (int)(started - ended), timeProvider.GetElapsedTime(_startedAt)));
    }
}
