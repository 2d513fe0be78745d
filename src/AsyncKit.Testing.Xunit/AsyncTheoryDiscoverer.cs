using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Finds what <see cref="AsyncTheoryAttribute"/> marks.</summary>
internal sealed class AsyncTheoryDiscoverer : TheoryDiscoverer
{
    public override async ValueTask<IReadOnlyCollection<IXunitTestCase>> Discover(
        ITestFrameworkDiscoveryOptions discoveryOptions, IXunitTestMethod testMethod, IFactAttribute factAttribute)
    {
        IReadOnlyCollection<IXunitTestCase> found =
            await base.Discover(discoveryOptions, testMethod, factAttribute).ConfigureAwait(false);
        return [.. found.Select(InsideAsyncTest)];
    }

    private static IXunitTestCase InsideAsyncTest(IXunitTestCase testCase) => testCase switch
    {
        ExecutionErrorTestCase => testCase,
        XunitDelayEnumeratedTheoryTestCase theory => new AsyncTheoryTestCase(theory),
        XunitTestCase row => new AsyncTestCase(row),
        _ => testCase,
    };
}
