using System.Reflection;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>The parameter by which a test method gets its env: the last, if it is a <see cref="TestEnv"/>.</summary>
internal static class EnvParameter
{
    public static ParameterInfo? Of(IXunitTestMethod method) =>
        method.Parameters.LastOrDefault() is { } last && last.ParameterType == typeof(TestEnv) ? last : null;

    /// <summary>Takes out of a name what xunit shows for the env: its default, or that there is no value.</summary>
    public static string HideIn(string displayName, IXunitTestMethod method) => Of(method) is { } env
        ? displayName
            .Replace($", {env.Name}: null)", ")", StringComparison.Ordinal)
            .Replace($", {env.Name}: ???)", ")", StringComparison.Ordinal)
        : displayName;

    /// <summary>Gives the tests that take an env, for which xunit has no data, an argument in its place.</summary>
    public static IReadOnlyCollection<IXunitTest> AddTo(IReadOnlyCollection<IXunitTest> tests) =>
        [.. tests.Select(test => Of(test.TestMethod) is null ? test : WithPlace(test))];

    private static XunitTest WithPlace(IXunitTest test)
    {
        object?[] data = test.TestMethodArguments;
        return new XunitTest(
            test.TestCase,
            test.TestMethod,
            test.Explicit,
            test.SkipReason,
            test.SkipType,
            test.SkipUnless,
            test.SkipWhen,
            HideIn(test.TestDisplayName, test.TestMethod),
            test.UniqueID,
            test.Traits,
            test.Timeout,
            data.Length == test.TestMethod.Parameters.Count - 1 ? [.. data, null] : data);
    }
}
