using System.Text.RegularExpressions;
using AsyncKit.Testing;

namespace TestingShowcase;

/// <summary>Runs a test that is to fail, and shows what its failure says.</summary>
internal static partial class FailingTest
{
    private const string WhereItWas = "At virtual time ";
    private const string WhatWaits = "Async methods that wait:";

    /// <summary>Runs the test.</summary>
    /// <param name="test">The test.</param>
    /// <param name="expected">The failure it is to have.</param>
    /// <param name="mention">What the report has to mention: names, places.</param>
    public static async Task<Finding> RunAsync(
        Func<TestEnv, Task> test, AsyncTestFailure expected, params string[] mention)
    {
        TestEnv? env = null;
        try
        {
            await AsyncTest.RunAsync(e => test(env = e));
        }
        catch (AsyncTestException e)
        {
            string[] shown = [.. Excerpt(e.Message)];
            bool holds = e.Failure == expected
                && mention.All(text => shown.Any(line => line.Contains(text, StringComparison.Ordinal)));
            return new Finding(holds, env!.Elapsed, shown);
        }

        return new Finding(Holds: false, env!.Elapsed, ["The test has passed, and should have failed."]);
    }

    // What was found, and which methods wait; without the timers and the steps that a report has besides, and without
    // this class, through which the calls went.
    private static IEnumerable<string> Excerpt(string report)
    {
        string[] lines = report.Split('\n');
        return lines.TakeWhile(line => !line.StartsWith(WhereItWas, StringComparison.Ordinal))
            .Concat(lines.SkipWhile(line => line is not WhatWaits).Skip(1).TakeWhile(line => line.StartsWith(' ')))
            .Where(line => !line.Contains($" {nameof(FailingTest)}.", StringComparison.Ordinal))
            .Select(line => Folder.Replace(line, " in "));
    }

    // The folder of a source file is another one on each machine.
    [GeneratedRegex(@" in .*[\\/](?=[^\\/]+:line \d+)", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Folder { get; }
}
