namespace AsyncKit.Testing;

/// <summary>How a test of <see cref="AsyncTest"/> runs.</summary>
/// <remarks>Immutable; one instance may serve any number of tests.</remarks>
public record AsyncTestOptions
{
    // What a wait of the operating system can take, in round days.
    private static readonly TimeSpan _longestWait = TimeSpan.FromDays(24);

    /// <summary>How long the test may take in real time. Default: 30 seconds. Never while a debugger is
    /// attached.</summary>
    /// <value>More than zero and at most 24 days, or <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan RealTimeout
    {
        get;
        init
        {
            if (value != Timeout.InfiniteTimeSpan)
            {
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
                ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _longestWait);
            }

            field = value;
        }
    } = TimeSpan.FromSeconds(30);

    /// <summary>How many steps the test may take. Default: 1,000,000.</summary>
    /// <value>At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int MaxSteps
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1_000_000;

    /// <summary>What the clock shows at the start. Default: midnight of January 1st 2000, UTC.</summary>
    public DateTimeOffset StartTime { get; init; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The local time zone of the clock. Default: UTC.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public TimeZoneInfo TimeZone
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = TimeZoneInfo.Utc;

    /// <summary>What moves the clock. Default: it jumps when nothing can run.</summary>
    public AutoAdvance AutoAdvance { get; init; }

    /// <summary>
    /// How long, in real time, a test in which nothing can run is given before it is a deadlock: something outside may
    /// still come, such as an answer of a socket. Default: 50 milliseconds.
    /// </summary>
    /// <value>From zero to 24 days. Zero is for tests without any real input or output.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan ExternalGrace
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _longestWait);
            field = value;
        }
    } = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// How long, in real time, nothing must happen before the clock jumps. Default: zero. For tests with real input and
    /// output that is not given to <see cref="TestEnv.ExternalAsync(Func{Task})"/>.
    /// </summary>
    /// <value>From zero to 24 days.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan IdleThreshold
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, _longestWait);
            field = value;
        }
    }

    /// <summary>What happens to blocking calls. Default: they fail on the thread of the test.</summary>
    public BlockingPolicy Blocking { get; init; }

    /// <summary>What happens to delays in real time. Default: reports name them.</summary>
    public RealTimePolicy RealTime { get; init; }

    /// <summary>What the test must not leave behind. Default: <see cref="LeakChecks.Default"/>.</summary>
    public LeakChecks Leaks { get; init; } = LeakChecks.Default;

    /// <summary>
    /// Gets a report when the test fails: its last steps and what was pending. Default: none; failures that the run
    /// finds have it in their message.
    /// </summary>
    public Action<string>? Output { get; init; }
}
