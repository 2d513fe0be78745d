namespace AsyncKit.Testing.Tests;

/// <summary>Whether tests try more than every day: <c>ASYNCKIT_LONG_TESTS=1</c>.</summary>
internal static class LongTests
{
    public static bool AreOn { get; } = Environment.GetEnvironmentVariable("ASYNCKIT_LONG_TESTS") is { Length: > 0 };

    /// <summary>Seeds for explorations: 3, or 20 in long tests.</summary>
    public static IEnumerable<ulong> Seeds => Enumerable.Range(1, AreOn ? 20 : 3).Select(static seed => (ulong)seed);
}
