using System.Reflection;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Runs a test as xunit does, but its method inside <see cref="AsyncTest"/>.</summary>
internal sealed class AsyncTestRunner : XunitTestRunner
{
    public static new AsyncTestRunner Instance { get; } = new();

    /// <returns>The task of the run, which xunit awaits.</returns>
    protected override object? InvokeTestMethod(XunitTestRunnerContext ctxt, object? testClassInstance) =>
        RunAsync(ctxt, testClassInstance);

    private static async Task RunAsync(XunitTestRunnerContext test, object? instance)
    {
        string? report = null;
        Task run = AsyncTest.RunAsync(
            env => InvokeAsync(test, instance, env),
            OptionsOf(test) with { Output = text => report = text },
            TestContext.Current.CancellationToken);
        await run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (run.IsCanceled) await run.ConfigureAwait(false);

        // Awaiting gives the first failure; there may be more.
        foreach (Exception failure in run.Exception?.InnerExceptions ?? []) test.Aggregator.Add(failure);
        bool isSkipped = test.GetSkipReason(test.Aggregator.ToException()) is not null;
        if (report is not null && !isSkipped) TestContext.Current.TestOutputHelper?.WriteLine(report);
    }

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
