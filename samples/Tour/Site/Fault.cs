using System.Runtime.InteropServices;

namespace Tour.Site;

/// <summary>How a page fails, and how many visits it takes until the page has healed.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct Fault(FaultKind Kind, int Visits)
{
    public static Fault None { get; } = new(FaultKind.None, Visits: 0);

    public static Fault Permanent(FaultKind kind) => new(kind, int.MaxValue);

    public bool IsPermanent => Visits == int.MaxValue;

    /// <summary>What the visit meets; the first visit is 1.</summary>
    public FaultKind At(int visit) => visit <= Visits ? Kind : FaultKind.None;
}
