using System.Runtime.CompilerServices;
using Xunit;
using Xunit.v3;

namespace AsyncKit.Testing;

/// <summary>Marks a test method of xunit v3 that runs inside <see cref="AsyncTest"/> once for each row of its
/// data.</summary>
/// <remarks>
/// <para>The data come from xunit's own attributes. The method may take the <see cref="TestEnv"/> as its last
/// parameter, with a default: xunit and its analyzers hold all others against the data.
/// <see cref="TestEnv.Current"/> is the same.</para>
/// <para>All else is as for <see cref="AsyncFactAttribute"/>. Data are made outside of the run.</para>
/// </remarks>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer(typeof(AsyncTheoryDiscoverer))]
public sealed class AsyncTheoryAttribute : TheoryAttribute, IAsyncTestAttribute
{
    /// <summary>Marks a test.</summary>
    /// <param name="sourceFilePath">Filled in by the compiler.</param>
    /// <param name="sourceLineNumber">Filled in by the compiler.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="sourceLineNumber"/> is below -1.</exception>
    public AsyncTheoryAttribute(
        [CallerFilePath] string? sourceFilePath = null, [CallerLineNumber] int sourceLineNumber = -1)
        : base(sourceFilePath, sourceLineNumber) => ArgumentOutOfRangeException.ThrowIfLessThan(sourceLineNumber, -1);

    /// <inheritdoc cref="AsyncFactAttribute.RealTimeoutMilliseconds"/>
    public int RealTimeoutMilliseconds { get; set; } = 30_000;

    /// <inheritdoc cref="AsyncFactAttribute.MaxSteps"/>
    public int MaxSteps { get; set; } = 1_000_000;

    /// <inheritdoc cref="AsyncFactAttribute.StartTime"/>
    public string StartTime { get; set; } = "2000-01-01T00:00:00Z";

    /// <inheritdoc cref="AsyncFactAttribute.TimeZone"/>
    public string TimeZone { get; set; } = "UTC";

    /// <inheritdoc cref="AsyncFactAttribute.AutoAdvance"/>
    public AutoAdvance AutoAdvance { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.ExternalGraceMilliseconds"/>
    public int ExternalGraceMilliseconds { get; set; } = 50;

    /// <inheritdoc cref="AsyncFactAttribute.IdleThresholdMilliseconds"/>
    public int IdleThresholdMilliseconds { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.Blocking"/>
    public BlockingPolicy Blocking { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.RealTime"/>
    public RealTimePolicy RealTime { get; set; }

    /// <inheritdoc cref="AsyncFactAttribute.Leaks"/>
    public LeakChecks Leaks { get; set; } = LeakChecks.Default;

    /// <inheritdoc cref="AsyncFactAttribute.ToOptions"/>
    public AsyncTestOptions ToOptions() => IAsyncTestAttribute.OptionsOf(this);
}
