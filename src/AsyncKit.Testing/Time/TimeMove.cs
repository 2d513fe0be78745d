using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>A test's wish to move its clock to a moment.</summary>
[DebuggerDisplay("Target = {Target}")]
internal sealed class TimeMove(TimeSpan target)
{
    private readonly TaskCompletionSource _done = new();

    public TimeSpan Target { get; } = target;

    public Task Task => _done.Task;

    public void Complete() => _done.SetResult();
}
