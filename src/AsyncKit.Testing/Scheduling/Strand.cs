using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>
/// A named line of work of a test. It flows with the <see cref="ExecutionContext"/>, so that whatever thread runs a
/// part of it is known to belong to it.
/// </summary>
[DebuggerDisplay("{Name,nq}")]
internal sealed class Strand
{
    // Above those of tasks.
    private const long FirstNumber = 1L << 32;

    public Strand(Scheduler scheduler, string name)
    {
        Scheduler = scheduler;
        Name = name;
        Number = FirstNumber + scheduler.CountStrand();
        Context = new StrandContext(this);
    }

    public Scheduler Scheduler { get; }

    public string Name { get; }

    /// <summary>Unique in its run, and the same in each run of the same steps.</summary>
    public long Number { get; }

    public StrandContext Context { get; }

    public override string ToString() => Name;
}
