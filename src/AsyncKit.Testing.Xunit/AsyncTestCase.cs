using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>A fact, or one row of a theory, that runs inside <see cref="AsyncTest"/>.</summary>
internal sealed class AsyncTestCase : XunitTestCase, ISelfExecutingXunitTestCase
{
    [Obsolete("Only xunit's deserializer makes one without content.")]
    public AsyncTestCase()
    {
    }

    public AsyncTestCase(XunitTestCase plain)
        : base(
            plain.TestMethod,
            EnvParameter.HideIn(plain.TestCaseDisplayName, plain.TestMethod),
            plain.UniqueID,
            plain.Explicit,
            plain.SkipExceptions,
            plain.SkipReason,
            plain.SkipType,
            plain.SkipUnless,
            plain.SkipWhen,
            plain.Traits,
            plain.TestMethodArguments,
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
