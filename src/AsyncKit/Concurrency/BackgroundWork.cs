namespace AsyncKit.Concurrency;

/// <summary>Work of <see cref="BackgroundTasks"/> that has not ended.</summary>
/// <param name="Name">What it was called when it was started.</param>
/// <param name="Age">How long ago that was.</param>
/// <param name="IsRunning">Whether it runs; if not, it waits for the limit.</param>
public sealed record BackgroundWork(string Name, TimeSpan Age, bool IsRunning);
