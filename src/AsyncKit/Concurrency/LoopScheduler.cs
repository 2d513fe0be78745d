namespace AsyncKit.Concurrency;

/// <summary>Runs tasks on an event loop.</summary>
internal sealed class LoopScheduler(LoopPump pump) : TaskScheduler
{
    public override int MaximumConcurrencyLevel => 1;

    protected override void QueueTask(Task task) => pump.PostOrLetGo(LoopStep.OfPost(
        pump, state => TryExecuteTask((Task)state!), task));

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        pump.HasTurn && TryExecuteTask(task);

    // For debuggers, which can do without: a copy would need the lock of a loop that is stopped.
    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
