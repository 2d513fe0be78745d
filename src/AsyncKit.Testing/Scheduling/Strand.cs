using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>
/// A named line of work of a test. It flows with the <see cref="ExecutionContext"/>, so that whatever thread runs a
/// part of it is known to belong to it.
/// </summary>
[DebuggerDisplay("{Name,nq}")]
internal sealed class Strand
{
    public Strand(Scheduler scheduler, string name)
    {
        Scheduler = scheduler;
        Name = name;
        Context = new StrandContext(this);
    }

    public Scheduler Scheduler { get; }

    public string Name { get; }

    public StrandContext Context { get; }
}
