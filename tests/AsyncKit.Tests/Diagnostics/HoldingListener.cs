namespace AsyncKit.Tests.Diagnostics;

/// <summary>Holds the first asynchronous operation of an object up until it is let go.</summary>
internal sealed class HoldingListener(object source) : RecordingListener(source)
{
    private readonly TaskCompletionSource _firstIsThere =
        new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new();
    private int _passed;

    /// <summary>Completes when the first operation is held up.</summary>
    public Task FirstIsThere => _firstIsThere.Task;

    public void LetGo() => _go.SetResult();

    public void Abort(Exception exception) => _go.SetException(exception);

    protected override ValueTask PassAsync(string line)
    {
        Record(line);
        if (Interlocked.Increment(ref _passed) > 1) return default;
        _firstIsThere.SetResult();
        return new ValueTask(_go.Task);
    }
}
