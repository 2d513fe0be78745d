namespace AsyncKit.Testing;

/// <summary>Something that can run now: the code from one wait to the next, of one strand.</summary>
internal abstract class Step(Strand strand)
{
    public Strand Strand { get; } = strand;

    /// <summary>What runs, for people.</summary>
    public abstract string Name { get; }

    /// <summary>Runs on the pump, which has no synchronization context then; what it throws, nobody has
    /// caught.</summary>
    public abstract void Run(Scheduler scheduler);
}
