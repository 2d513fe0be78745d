namespace AsyncKit.Tests;

/// <summary>How much a test does that tries much: little where people wait for it, all of it where <c>.ci/run</c> asks
/// for that.</summary>
internal static class LongSuite
{
    private const string Variable = "ASYNCKIT_LONG_TESTS";

    public static bool IsOn { get; } = Environment.GetEnvironmentVariable(Variable) is "1";

    /// <summary>Seeds for explorations: 3, or 20 in the long variant.</summary>
    public static IEnumerable<ulong> Seeds => Enumerable.Range(1, IsOn ? 20 : 3).Select(static seed => (ulong)seed);

    /// <summary>How often to do something; the output of the test says it.</summary>
    public static int Count(int usual, int full)
    {
        int count = IsOn ? full : usual;
        Say($"{count:N0} times ({Variable}=1: {full:N0})");
        return count;
    }

    /// <summary>Writes a line to the output of the test.</summary>
    public static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
