namespace AsyncKit.Testing;

/// <summary>Which schedules an exploration tries.</summary>
internal abstract class SchedulePlan
{
    /// <summary>Whether the last schedule was the last there is.</summary>
    public virtual bool IsComplete => false;

    /// <summary>What is wrong with the test, although no schedule failed.</summary>
    public virtual AsyncTestException? Complaint => null;

    /// <summary>The next schedule.</summary>
    /// <param name="number">Its number, from 0.</param>
    /// <param name="schedule">The schedule.</param>
    /// <returns>Whether there is one.</returns>
    public abstract bool TryNext(int number, out Schedule schedule);

    /// <summary>The schedule was run.</summary>
    public virtual void Ended(TestRun run)
    {
    }
}
