using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>A theory whose data are read when it runs; each row runs inside <see cref="AsyncTest"/>.</summary>
internal sealed class AsyncTheoryTestCase : XunitDelayEnumeratedTheoryTestCase, ISelfExecutingXunitTestCase
{
    [Obsolete("Only xunit's deserializer makes one without content.")]
    public AsyncTheoryTestCase()
    {
    }

    public AsyncTheoryTestCase(XunitDelayEnumeratedTheoryTestCase plain)
        : base(
            plain.TestMethod,
            plain.TestCaseDisplayName,
            plain.UniqueID,
            plain.Explicit,
            plain.SkipTestWithoutData,
            plain.SkipExceptions,
            plain.SkipReason,
            plain.SkipType,
            plain.SkipUnless,
            plain.SkipWhen,
            plain.Traits,
            plain.SourceFilePath,
            plain.SourceLineNumber,
            plain.Timeout)
    {
    }

    public override async ValueTask<IReadOnlyCollection<IXunitTest>> CreateTests() =>
        EnvParameter.AddTo(await base.CreateTests().ConfigureAwait(false));

    public ValueTask<RunSummary> Run(
        ExplicitOption explicitOption,
        IMessageBus messageBus,
        object?[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource) => AsyncTestCaseRunner.RunAsync(
            this, explicitOption, messageBus, constructorArguments, aggregator, cancellationTokenSource);
}
