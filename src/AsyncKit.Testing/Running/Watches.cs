namespace AsyncKit.Testing;

/// <summary>What a test wants to be told between steps: an invariant that broke, a condition that came true, or that
/// nothing can run.</summary>
internal sealed class Watches
{
    private readonly Lock _sync = new();
    private readonly List<(Func<bool> Holds, string Message)> _invariants = [];
    private readonly List<(Func<bool> IsMet, TaskCompletionSource Met)> _conditions = [];
    private List<TaskCompletionSource> _idle = [];

    public void Always(Func<bool> holds, string message)
    {
        lock (_sync) _invariants.Add((holds, message));
    }

    /// <summary>A task that completes after the first step after which a condition is met.</summary>
    public Task WhenAsync(Func<bool> isMet)
    {
        var met = new TaskCompletionSource();
        lock (_sync) _conditions.Add((isMet, met));
        return met.Task;
    }

    public Task WhenIdleAsync()
    {
        var idle = new TaskCompletionSource();
        lock (_sync) _idle.Add(idle);
        return idle.Task;
    }

    /// <summary>On the pump, after each step.</summary>
    public void Check(RunReport report)
    {
        if (_invariants.Count > 0) CheckInvariants(report);
        if (_conditions.Count > 0) CheckConditions();
    }

    /// <summary>On the pump, when nothing can run.</summary>
    /// <returns>Whether anybody waited for that.</returns>
    public bool CompleteIdle()
    {
        List<TaskCompletionSource> idle;
        lock (_sync)
        {
            if (_idle.Count is 0) return false;
            idle = _idle;
            _idle = [];
        }

        foreach (TaskCompletionSource waiting in idle) waiting.SetResult();
        return true;
    }

    private void CheckInvariants(RunReport report)
    {
        (Func<bool> Holds, string Message)[] invariants;
        lock (_sync) invariants = [.. _invariants];
        foreach ((Func<bool> holds, string message) in invariants)
        {
            if (!holds()) throw report.InvariantBroken(message);
        }
    }

    private void CheckConditions()
    {
        (Func<bool> IsMet, TaskCompletionSource Met)[] conditions;
        lock (_sync) conditions = [.. _conditions];
        foreach ((Func<bool> IsMet, TaskCompletionSource Met) condition in conditions)
        {
            if (!condition.Met.Task.IsCompleted && !condition.IsMet()) continue;
            lock (_sync) _conditions.Remove(condition);
            condition.Met.TrySetResult();
        }
    }
}
