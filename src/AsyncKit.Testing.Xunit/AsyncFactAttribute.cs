using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Marks a test method of xunit v3 that runs inside <see cref="AsyncTest"/>: on virtual time, one strand at a
/// time.</summary>
/// <remarks>
/// <para>The method may take the <see cref="TestEnv"/> as its parameter; <see cref="TestEnv.Current"/> is the same. It
/// returns a task, or nothing when it is not asynchronous.</para>
/// <para>Only the method runs inside: fixtures, the constructor, <c>IAsyncLifetime</c> and the disposal of the test
/// class run before and after it, in real time.</para>
/// <para>The run ends when <c>TestContext.Current.CancellationToken</c> is cancelled. When it fails, its report is in
/// the output of the test.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(AsyncFactDiscoverer))]
public sealed class AsyncFactAttribute : FactAttribute, IAsyncTestAttribute
{
    /// <summary>Marks a test.</summary>
    /// <param name="sourceFilePath">Filled in by the compiler.</param>
    /// <param name="sourceLineNumber">Filled in by the compiler.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceLineNumber"/> is below -1.</exception>
    public AsyncFactAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => ArgumentOutOfRangeException.ThrowIfLessThan(sourceLineNumber, -1);

    /// <summary>
    /// How long the test may take in real time, in milliseconds; -1 for no limit. Default: 30,000. xunit's own
    /// <c>Timeout</c> covers the constructor and the disposal too; a test that exceeds it has no report.
    /// </summary>
    public int RealTimeoutMilliseconds { get; set; } = 30_000;

    /// <summary>How many steps the test may take. Default: 1,000,000.</summary>
    public int MaxSteps { get; set; } = 1_000_000;

    /// <summary>
    /// What the clock shows at the start, in ISO 8601; in UTC when it names no offset. Default: midnight of January 1st
    /// 2000, UTC.
    /// </summary>
    public string StartTime { get; set; } = "2000-01-01T00:00:00Z";

    /// <summary>The id of the local time zone of the clock, such as Europe/Rome. Default: UTC.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <inheritdoc cref="AsyncTestOptions.AutoAdvance"/>
    public AutoAdvance AutoAdvance { get; set; }

    /// <summary>
    /// How long, in milliseconds of real time, a test in which nothing can run is given before it is a deadlock.
    /// Default: 50.
    /// </summary>
    public int ExternalGraceMilliseconds { get; set; } = 50;

    /// <summary>
    /// How long, in milliseconds of real time, nothing must happen before the clock jumps. Default: 0.
    /// </summary>
    public int IdleThresholdMilliseconds { get; set; }

    /// <inheritdoc cref="AsyncTestOptions.Blocking"/>
    public BlockingPolicy Blocking { get; set; }

    /// <inheritdoc cref="AsyncTestOptions.RealTime"/>
    public RealTimePolicy RealTime { get; set; }

    /// <inheritdoc cref="AsyncTestOptions.Leaks"/>
    public LeakChecks Leaks { get; set; } = LeakChecks.Default;

    /// <summary>These options as <see cref="AsyncTest"/> takes them. A value it refuses fails the test.</summary>
    /// <returns>The options.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    /// <exception cref="FormatException"><see cref="StartTime"/> is not a time.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such <see cref="TimeZone"/>.</exception>
    public AsyncTestOptions ToOptions() => IAsyncTestAttribute.OptionsOf(this);
}
