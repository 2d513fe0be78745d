using System.Runtime.CompilerServices;
using AsyncKit.Diagnostics;

namespace AsyncKit.Concurrency;

/// <summary>A part of a group or a race, while somebody listens: what listeners know it by.</summary>
/// <param name="parent">What it is a part of.</param>
/// <param name="name">Its name there.</param>
internal sealed class WatchedChild(object parent, string name) : IDisposable
{
    /// <summary>Whether somebody listens to what begins and ends.</summary>
    public static bool IsWanted
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => AsyncDiagnostics.IsEnabled(DiagnosticEvents.Tasks);
    }

    /// <summary>Reports that it begins, in the flow of its code.</summary>
    public void Begin() => AsyncDiagnostics.TaskBegun(this, parent);

    /// <summary>Reports it before its code begins.</summary>
    // Not asynchronous: that would be one more step between the end of the code and what follows.
    public Func<CancellationToken, TTask> Beginning<TTask>(Func<CancellationToken, TTask> code) => token =>
    {
        Begin();
        return code(token);
    };

    /// <summary>Reports that it has ended.</summary>
    public void Dispose() => AsyncDiagnostics.TaskEnded(this);

    public override string ToString() => $"{name} of {parent}";
}
