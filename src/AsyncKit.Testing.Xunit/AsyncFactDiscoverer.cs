using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Finds what <see cref="AsyncFactAttribute"/> and <see cref="ExploreFactAttribute"/> mark. A fact may take
/// the env.</summary>
internal sealed class AsyncFactDiscoverer : FactDiscoverer
{
    public override ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        testMethod.Parameters.Count is 1 && EnvParameter.Of(testMethod) is not null
            ? new([CreateTestCase(discoveryOptions, testMethod, factAttribute)])
            : base.Discover(discoveryOptions, testMethod, factAttribute);

    protected override IXunitTestCase CreateTestCase(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute) =>
        new AsyncTestCase((XunitTestCase)base.CreateTestCase(discoveryOptions, testMethod, factAttribute));
}
