namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>What is true of a primitive, and so which laws are about it.</summary>
[Flags]
public enum Traits
{
    None = 0,

    /// <summary>One at a time: who ends the use of a grant hands on to the next. Without it, letting go lets all go.
    /// </summary>
    OneAtATime = 1,

    /// <summary>Let go while nobody waits, it remembers that, and the next one to come need not wait.</summary>
    Remembers = 2,

    /// <summary>It can be had from the beginning.</summary>
    StartsFree = 4,

    /// <summary>A grant is a lease, which can be disposed of twice.</summary>
    Leases = 8,

    /// <summary>It has synchronous forms, which block.</summary>
    Blocks = 16,

    /// <summary>It says how many wait.</summary>
    Counts = 32,

    /// <summary>Its waits are their own tasks, which are used again, and can be awaited once.</summary>
    Pools = 64,

    /// <summary>It tells listeners who holds it.</summary>
    ReportsHolds = 128,

    /// <summary>Time gives it back: it has a timer of its own.</summary>
    Timed = 256,

    /// <summary>It costs memory all the same.</summary>
    Allocates = 512,

    /// <summary>What most locks are.</summary>
    Lock = OneAtATime | Remembers | StartsFree | Leases | Blocks | Counts | Pools | ReportsHolds,
}
