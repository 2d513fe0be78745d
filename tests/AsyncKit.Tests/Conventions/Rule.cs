namespace AsyncKit.Tests.Conventions;

/// <summary>A rule that is checked in many places at once; a failure shows every place and how to mend it.</summary>
internal static class Rule
{
    /// <summary>Fails when there is a violation.</summary>
    /// <param name="rule">The rule, as a sentence.</param>
    /// <param name="violations">What breaks it: the place first, then what is wrong there.</param>
    /// <param name="remedy">What the reader of the failure should do.</param>
    public static void Holds(string rule, IEnumerable<string> violations, string remedy)
    {
        string[] found = [.. violations];
        if (found.Length > 0) Assert.Fail($"Rule: {rule}.\n  {string.Join("\n  ", found)}\nMend: {remedy}.");
    }
}
