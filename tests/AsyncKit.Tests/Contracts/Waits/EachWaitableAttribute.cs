using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>Runs a law for each primitive that it is about, by the name of its adapter.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class EachWaitableAttribute(Waits.Traits needed = Waits.Traits.None) : DataAttribute
{
    public Waits.Traits Needed { get; } = needed;

    /// <summary>What a primitive must not be.</summary>
    public Waits.Traits Without { get; set; }

    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Waitables.Names.Where(IsMeant).Select(static name => new TheoryDataRow(name))]);

    public override bool SupportsDiscoveryEnumeration() => true;

    private bool IsMeant(string name)
    {
        Waitable waitable = Waitables.Create(name);
        return waitable.Has(Needed) && (waitable.Traits & Without) is Waits.Traits.None;
    }
}
