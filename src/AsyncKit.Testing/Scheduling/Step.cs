using System.Diagnostics.CodeAnalysis;

namespace AsyncKit.Testing;

/// <summary>Something that can run now: the code from one wait to the next, of one strand.</summary>
internal abstract class Step(Strand strand)
{
    public Strand Strand { get; } = strand;

    /// <summary>What runs, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The async method that goes on with it, if one does.</summary>
    public virtual bool TryFindMethod([NotNullWhen(true)] out Task? method)
    {
        method = null;
        return false;
    }

    /// <summary>A number for what goes on with it, such as an async method: of all its steps in a run, and of no
    /// others.</summary>
    public virtual long Owner => TryFindMethod(out Task? method) ? method.Id : Strand.Number;

    /// <summary>Runs on the pump, which has no synchronization context then; what it throws, nobody has
    /// caught.</summary>
    public abstract void Run(Scheduler scheduler);
}
