using System.Runtime.InteropServices;

namespace AsyncKit.Concurrency;

/// <summary>How far a run has come.</summary>
/// <param name="Started">How many bodies have begun.</param>
/// <param name="Completed">How many of them have succeeded.</param>
/// <param name="Failed">How many of them have faulted.</param>
/// <param name="Running">How many of them run at this moment.</param>
/// <param name="Elapsed">The time since the call.</param>
/// <remarks>A body that was cancelled has neither succeeded nor faulted, and does not run any more.</remarks>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RunnerProgress(
    long Started, long Completed, long Failed, int Running, TimeSpan Elapsed)
{
    /// <summary>How many bodies a second have succeeded or faulted since the call; zero before any time has
    /// passed.</summary>
    public double Rate => Elapsed > TimeSpan.Zero ? (Completed + Failed) / Elapsed.TotalSeconds : 0;
}
