using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Runs a test case as xunit does, its tests with <see cref="AsyncTestRunner"/>.</summary>
internal sealed class AsyncTestCaseRunner : XunitTestCaseRunner
{
    private static readonly AsyncTestCaseRunner _instance = new();

    // Awaits stay in the context of xunit, which limits by it how many tests run at a time.
    public static async ValueTask<RunSummary> RunAsync(
        IXunitTestCase testCase,
        ExplicitOption explicitOption,
        IMessageBus messageBus,
        object?[] constructorArguments,
        ExceptionAggregator aggregator,
        CancellationTokenSource cancellationTokenSource)
    {
        IReadOnlyCollection<IXunitTest> tests =
            await aggregator.RunAsync(testCase.CreateTests, []).ConfigureAwait(true);
        if (aggregator.ToException() is { } failure)
            return ReportNoTests(testCase, failure, messageBus, cancellationTokenSource);

        return await _instance.Run(
            testCase,
            tests,
            messageBus,
            aggregator,
            cancellationTokenSource,
            testCase.TestCaseDisplayName,
            testCase.SkipReason,
            explicitOption,
            constructorArguments).ConfigureAwait(true);
    }

    protected override ValueTask<RunSummary> RunTest(XunitTestCaseRunnerContext ctxt, IXunitTest test) =>
        AsyncTestRunner.Instance.Run(
            test,
            ctxt.MessageBus,
            ctxt.ConstructorArguments,
            ctxt.ExplicitOption,
            ctxt.Aggregator.Clone(),
            ctxt.CancellationTokenSource,
            ctxt.BeforeAfterTestAttributes);

    // As XunitRunnerHelper.RunXunitTestCase, which would go on to run the tests outside.
    private static RunSummary ReportNoTests(
        IXunitTestCase testCase, Exception failure, IMessageBus messageBus, CancellationTokenSource cancellation)
    {
        string? skipReason =
            failure.Message.StartsWith(DynamicSkipToken.Value, StringComparison.Ordinal)
                ? failure.Message[DynamicSkipToken.Value.Length..]
            : testCase.SkipExceptions?.Contains(failure.GetType()) is true ? failure.Message
            : null;
        ITestCase[] only = [testCase];
        return skipReason is null
            ? XunitRunnerHelper.FailTestCases(messageBus, cancellation, only, failure, sendTestCaseMessages: false)
            : XunitRunnerHelper.SkipTestCases(messageBus, cancellation, only, skipReason, sendTestCaseMessages: false);
    }
}
