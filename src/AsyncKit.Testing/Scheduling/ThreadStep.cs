using System.Diagnostics.CodeAnalysis;

namespace AsyncKit.Testing;

/// <summary>The turn of a thread at the gate: until it leaves, blocks, or has run for too long.</summary>
internal sealed class ThreadStep(GatedThread thread, Strand strand) : Step(strand)
{
    private string? _name;

    public GatedThread Thread => thread;

    public int WorkId { get; } = thread.WorkId;

    // Asked for while the work runs, or it is gone.
    public override string Name => _name ??= MethodNames.OfWork(WorkId);

    public override bool TryFindMethod([NotNullWhen(true)] out Task? method) =>
        RuntimeTasks.TryFind(WorkId, out method);

    public override long Owner => WorkId;

    public override void Run(Scheduler scheduler) => scheduler.Turns.Give(thread);
}
