namespace AsyncKit.Testing;

/// <summary>Compares two runs that made the same choices.</summary>
internal static class TraceComparison
{
    /// <summary>The first difference; <see langword="null"/>: there is none.</summary>
    public static AsyncTestException? Difference(TestRun first, TestRun second)
    {
        IReadOnlyList<TestStep> before = first.Trace.Snapshot();
        IReadOnlyList<TestStep> after = second.Trace.Snapshot();
        var same = 0;
        while (same < before.Count && same < after.Count && before[same] == after[same]) same++;
        if (same == before.Count && same == after.Count && second.Failures.Count is 0) return null;
        return new AsyncTestException(
            AsyncTestFailure.Diverged,
            $"""
            The test did something else when it was run again with the same choices.
            The first time: {Step(before, same)}
            The second time: {Step(after, same)}
            Look before that step for what is not under control: statics, real time, random numbers, the order of a set.
            """,
            second.Failures.Count is 0 ? null : second.Failures[0]);
    }

    private static string Step(IReadOnlyList<TestStep> steps, int index) =>
        index < steps.Count ? $"step {steps[index]}" : $"no step after {steps.Count}";
}
