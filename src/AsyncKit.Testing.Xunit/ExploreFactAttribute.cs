using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Marks a test method of xunit v3 that runs inside <see cref="AsyncTest.ExploreAsync"/>: under many
/// schedules, until one fails.</summary>
/// <remarks>
/// <para>The method may take the <see cref="TestEnv"/> as its parameter, and is invoked once for each schedule, all
/// times on one instance of the test class: it makes what it tests anew, and what it keeps in fields stays there for
/// the next.</para>
/// <para>The environment variables of <see cref="ExploreOptions"/> hold here too: with <c>ASYNCKIT_REPLAY</c> and a
/// filter on the test, the schedule of a token runs alone. For another strategy than the portfolio, make the call in a
/// plain fact.</para>
/// <para>All else is as for <see cref="AsyncFactAttribute"/>. The properties that are not of the exploration hold for
/// each schedule.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(AsyncFactDiscoverer))]
public sealed class ExploreFactAttribute : FactAttribute, IExploreAttribute
{
    /// <summary>Marks a test.</summary>
    /// <param name="sourceFilePath">Filled in by the compiler.</param>
    /// <param name="sourceLineNumber">Filled in by the compiler.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceLineNumber"/> is below -1.</exception>
    public ExploreFactAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => ArgumentOutOfRangeException.ThrowIfLessThan(sourceLineNumber, -1);

    /// <summary>How many schedules are tried. Default: 1,000.</summary>
    public int Schedules { get; set; } = 1_000;

    /// <summary>
    /// How long to try schedules, in milliseconds of real time; -1, the default, for no limit. Whichever of this and
    /// <see cref="Schedules"/> is reached first ends the exploration.
    /// </summary>
    public int BudgetMilliseconds { get; set; } = -1;

    /// <inheritdoc cref="ExploreOptions.Seed"/>
    public ulong Seed { get; set; } = 1;

    /// <inheritdoc cref="ExploreOptions.EarlyTimers"/>
    public bool EarlyTimers { get; set; } = true;

    /// <inheritdoc cref="ExploreOptions.PostedCompletions"/>
    public bool PostedCompletions { get; set; } = true;

    /// <inheritdoc cref="ExploreOptions.Tokens"/>
    public string[] Tokens { get; set; } = [];

    /// <summary>How long each schedule may take in real time, in milliseconds; -1 for no limit. Default:
    /// 30,000.</summary>
    public int RealTimeoutMilliseconds { get; set; } = 30_000;

    /// <summary>How many steps each schedule may take. Default: 1,000,000.</summary>
    public int MaxSteps { get; set; } = 1_000_000;

    /// <inheritdoc cref="AsyncFactAttribute.StartTime"/>
    public string StartTime { get; set; } = "2000-01-01T00:00:00Z";

    /// <inheritdoc cref="AsyncFactAttribute.TimeZone"/>
    public string TimeZone { get; set; } = "UTC";

    /// <inheritdoc cref="AsyncFactAttribute.AutoAdvance"/>
    public AutoAdvance AutoAdvance { get; set; }

    /// <summary>
    /// How long, in milliseconds of real time, a test in which nothing can run is given before it is a deadlock.
    /// Default: 0.
    /// </summary>
    public int ExternalGraceMilliseconds { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.IdleThresholdMilliseconds"/>
    public int IdleThresholdMilliseconds { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.Blocking"/>
    public BlockingPolicy Blocking { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.RealTime"/>
    public RealTimePolicy RealTime { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.Leaks"/>
    public LeakChecks Leaks { get; set; } = LeakChecks.Default;

    /// <summary>These options as <see cref="AsyncTest.ExploreAsync"/> takes them. A value it refuses fails the
    /// test.</summary>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentException">A number is out of its range, or a token is none.</exception>
    /// <exception cref="FormatException"><see cref="StartTime"/> is not a time.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such <see cref="TimeZone"/>.</exception>
    public ExploreOptions ToOptions() => IExploreAttribute.OptionsOf(this);

    AsyncTestOptions IAsyncTestAttribute.ToOptions() => ToOptions();
}
