namespace AsyncKit.Testing;

/// <summary>The strands a test has started, and those in the background, which end with the test.</summary>
internal sealed class StartedWork : IDisposable
{
    private readonly Lock _sync = new();
    private readonly List<(string Name, Task Task)> _started = [];
    private readonly List<(string Name, Task Task)> _background = [];
    private readonly CancellationTokenSource _end = new();

    /// <summary>Cancelled when the test has ended.</summary>
    public CancellationToken End => _end.Token;

    public Task BackgroundEnded
    {
        get
        {
            lock (_sync) return Task.WhenAll(_background.Select(static work => work.Task));
        }
    }

    /// <summary>The started strands that have not ended, or faulted and nobody looked.</summary>
    public IEnumerable<(string Name, Task Task)> Left
    {
        get
        {
            lock (_sync)
            {
                return [.. _started.Where(static work =>
                    !work.Task.IsCompleted || (work.Task.IsFaulted && !RuntimeTasks.IsExceptionObserved(work.Task)))];
            }
        }
    }

    /// <summary>How many of them have not ended.</summary>
    public int RunningCount
    {
        get
        {
            lock (_sync) return _started.Concat(_background).Count(static work => !work.Task.IsCompleted);
        }
    }

    public IEnumerable<string> BackgroundLeft
    {
        get
        {
            lock (_sync)
                return [.. _background.Where(static work => !work.Task.IsCompleted).Select(static work => work.Name)];
        }
    }

    public void AddStarted(string name, Task task)
    {
        lock (_sync) _started.Add((name, task));
    }

    public void AddBackground(string name, Task task)
    {
        lock (_sync) _background.Add((name, task));
    }

    public void CancelBackground()
    {
        if (_background.Count > 0) _end.Cancel();
    }

    public void Dispose() => _end.Dispose();
}
