using System.Globalization;

namespace AsyncKit.Testing;

/// <summary>The environment variables that stand above the options of explorations.</summary>
internal static class ExploreVariables
{
    private const string Seed = "ASYNCKIT_SEED";
    private const string Schedules = "ASYNCKIT_SCHEDULES";
    private const string Replay = "ASYNCKIT_REPLAY";

    /// <summary>The token of the schedule to run instead of exploring; <see langword="null"/>: none.</summary>
    /// <exception cref="InvalidOperationException">The variable is not a token.</exception>
    public static string? Token
    {
        get
        {
            if (Environment.GetEnvironmentVariable(Replay) is not { Length: > 0 } token) return null;
            try
            {
                ScheduleToken.Parse(token, isStrict: true);
                return token;
            }
            catch (ArgumentException e)
            {
                throw new InvalidOperationException(
                    $"The environment variable {Replay} must be the token of a report, whole, but was '{token}'.", e);
            }
        }
    }

    /// <summary>The options, as the variables change them.</summary>
    /// <exception cref="InvalidOperationException">A variable is not a number of its range.</exception>
    public static ExploreOptions Apply(ExploreOptions options)
    {
        if (Environment.GetEnvironmentVariable(Seed) is { Length: > 0 } seed)
        {
            options = ulong.TryParse(seed, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value)
                ? options with { Seed = value }
                : throw Wrong(Seed, "0 or more", seed);
        }

        if (Environment.GetEnvironmentVariable(Schedules) is { Length: > 0 } schedules)
        {
            options = int.TryParse(schedules, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
                && value > 0
                    ? options with { Schedules = value }
                    : throw Wrong(Schedules, "1 or more", schedules);
        }

        return options;
    }

    private static InvalidOperationException Wrong(string name, string range, string value) =>
        new($"The environment variable {name} must be a whole number, {range}, but was '{value}'.");
}
