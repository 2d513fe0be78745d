using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Runs a test as xunit does, but its method inside <see cref="AsyncTest"/>: once, or as often as it is
/// explored.</summary>
internal sealed class AsyncTestRunner : XunitTestRunner
{
    public static new AsyncTestRunner Instance { get; } = new();

    /// <returns>The task of the run, which xunit awaits.</returns>
    protected override object? InvokeTestMethod(XunitTestRunnerContext ctxt, object? testClassInstance) =>
        RunAsync(ctxt, testClassInstance);

    private static async Task RunAsync(XunitTestRunnerContext test, object? instance)
    {
        string? report = null;
        AsyncTestOptions options = OptionsOf(test) with { Output = text => report = text };
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task run = options is ExploreOptions explored
            ? AsyncTest.ExploreAsync(BodyAsync, explored, cancellationToken)
            : AsyncTest.RunAsync(BodyAsync, options, cancellationToken);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (run.IsCanceled) await run.ConfigureAwait(false);

        // Awaiting gives the first failure; there may be more.
        foreach (Exception failure in run.Exception?.InnerExceptions ?? []) test.Aggregator.Add(SkipIn(failure, test));
        bool isSkipped = test.GetSkipReason(test.Aggregator.ToException()) is not null;
        if (report is not null && !isSkipped) TestContext.Current.TestOutputHelper?.WriteLine(report);

        Task BodyAsync(TestEnv env) => InvokeAsync(test, instance, env);
    }

    // What a schedule throws is inside of what its exploration does.
    private static Exception SkipIn(Exception failure, XunitTestRunnerContext test) =>
        failure is AsyncTestException { InnerException: { } thrown } && test.GetSkipReason(thrown) is not null
            ? thrown
            : failure;

    private static AsyncTestOptions OptionsOf(XunitTestRunnerContext test) =>
        test.Test.TestMethod.FactAttributes.OfType<IAsyncTestAttribute>().Single().ToOptions();

    private static Task InvokeAsync(XunitTestRunnerContext test, object? instance, TestEnv env)
    {
        object?[] arguments = [.. test.TestMethodArguments];
        if (EnvParameter.Of(test.Test.TestMethod) is not null) arguments[^1] = env;
        object? result = test.TestMethod.Invoke(
            instance, BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
        return AsyncUtility.TryConvertToValueTask(result)?.AsTask() ?? Task.CompletedTask;
    }
}
