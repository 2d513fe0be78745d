namespace AsyncKit.Testing.Tests.Stress;

/// <summary>How much a stress test does: little where people wait for it, all of it where <c>.ci/run</c> asks for
/// that.</summary>
internal static class LongTests
{
    private const string Variable = "ASYNCKIT_LONG_TESTS";

    private static bool AreOn => Environment.GetEnvironmentVariable(Variable) is "1";

    /// <summary>How often to do something; the output of the test says it.</summary>
    public static int Count(int usual, int full)
    {
        int count = AreOn ? full : usual;
        Say($"{count:N0} times ({Variable}=1: {full:N0})");
        return count;
    }

    /// <summary>Writes a line to the output of the test.</summary>
    public static void Say(string line) => TestContext.Current.TestOutputHelper?.WriteLine(line);
}
