using System.Collections.Concurrent;
using System.Reflection;
using Xunit.Runner.Common;
using Xunit.Sdk;
using Xunit.v3;

namespace AsyncKit.Testing.Tests;

/// <summary>Runs test classes inside a test, as xunit runs them, and keeps what it said about them.</summary>
internal sealed class InnerRun : IMessageSink
{
    private readonly ConcurrentQueue<IMessageSinkMessage> _messages = [];
    private readonly ConcurrentQueue<ITestCase> _testCases = [];

    /// <summary>What was found, and run.</summary>
    public IReadOnlyCollection<ITestCase> TestCases => _testCases;

    /// <summary>How each test ended, in that order.</summary>
    public IReadOnlyList<ITestResultMessage> Results =>
        [.. _messages.OfType<ITestResultMessage>().Where(message => message is not ITestFinished)];

    /// <summary>The names of the tests, in the order in which they started.</summary>
    public IReadOnlyList<string> Names => [.. _messages.OfType<ITestStarting>().Select(test => test.TestDisplayName)];

    /// <summary>Runs all the tests of some classes, theories as editors do.</summary>
    public static Task<InnerRun> OfAsync(params Type[] classes) =>
        OfAsync(new TestAssemblyConfiguration { MaxParallelThreads = -1, PreEnumerateTheories = true }, classes);

    /// <summary>Runs all the tests of some classes.</summary>
    public static async Task<InnerRun> OfAsync(TestAssemblyConfiguration configuration, params Type[] classes)
    {
        var run = new InnerRun();
        Assembly assembly = classes[0].Assembly;
        using var cancellation = new CancellationTokenSource();
        var framework = new XunitTestFramework();
        await new InProcessFrontController(framework, assembly, configFilePath: null).FindAndRun(
            run,
            TestFrameworkOptions.ForDiscovery(configuration),
            TestFrameworkOptions.ForExecution(configuration),
            run.Keep,
            cancellation,
            classes);
        return run;
    }

    /// <summary>Runs the one test of a class.</summary>
    /// <returns>How it ended.</returns>
    public static async Task<T> OfOneAsync<T>(Type testClass)
        where T : ITestResultMessage
    {
        InnerRun run = await OfAsync(testClass);
        return Assert.IsAssignableFrom<T>(Assert.Single(run.Results));
    }

    bool IMessageSink.OnMessage(IMessageSinkMessage message)
    {
        _messages.Enqueue(message);
        return true;
    }

    private bool Keep(ITestCase testCase)
    {
        _testCases.Enqueue(testCase);
        return true;
    }
}
