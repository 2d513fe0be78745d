namespace AsyncKit.Testing.Tests;

/// <summary>The long variant of tests that try much: on with <c>ASYNCKIT_LONG_TESTS=1</c>.</summary>
internal static class LongSuite
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("ASYNCKIT_LONG_TESTS") is { Length: > 0 };

    /// <summary>Seeds for explorations: 3, or 20 in the long variant.</summary>
    public static IEnumerable<ulong> Seeds => Enumerable.Range(1, IsOn ? 20 : 3).Select(static seed => (ulong)seed);
}
