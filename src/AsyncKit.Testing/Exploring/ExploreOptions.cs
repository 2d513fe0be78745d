namespace AsyncKit.Testing;

/// <summary>How a test is explored. <see cref="AsyncTestOptions.RealTimeout"/> and
/// <see cref="AsyncTestOptions.MaxSteps"/> hold for each of its schedules.</summary>
/// <remarks>
/// <para>Immutable; one instance may serve any number of tests. What runs in an exploration is taken to wait for
/// nothing outside of it: <see cref="AsyncTestOptions.ExternalGrace"/> is zero, unless it is set.</para>
/// <para>The environment variables <c>ASYNCKIT_SEED</c>, <c>ASYNCKIT_SCHEDULES</c> and <c>ASYNCKIT_REPLAY</c> (a token)
/// stand above the options.</para>
/// </remarks>
public sealed record ExploreOptions : AsyncTestOptions
{
    /// <summary>The defaults.</summary>
    public ExploreOptions() => ExternalGrace = TimeSpan.Zero;

    /// <summary>How many schedules are tried. Default: 1,000.</summary>
    /// <value>At least 1.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public int Schedules
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            field = value;
        }
    } = 1_000;

    /// <summary>
    /// How long to try schedules, in real time; whichever of this and <see cref="Schedules"/> is reached first ends the
    /// exploration. Default: <see cref="Timeout.InfiniteTimeSpan"/>.
    /// </summary>
    /// <value>More than zero, or <see cref="Timeout.InfiniteTimeSpan"/>.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is out of range.</exception>
    public TimeSpan Budget
    {
        get;
        init
        {
            if (value != Timeout.InfiniteTimeSpan)
                ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
            field = value;
        }
    } = Timeout.InfiniteTimeSpan;

    /// <summary>How the schedules are chosen. Default: <see cref="ExploreStrategy.Portfolio"/>.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public ExploreStrategy Strategy
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = ExploreStrategy.Portfolio;

    /// <summary>Where chance begins: the same seed, the same schedules. Default: 1.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Whether timers also fire while other steps can run, as if those took long: a time limit may then pass at any
    /// step. Default: yes.
    /// </summary>
    public bool EarlyTimers { get; init; } = true;

    /// <summary>
    /// Whether what awaits a completion also goes on in a step of its own, and not only inside the completion: both
    /// happen in production. Default: yes.
    /// </summary>
    public bool PostedCompletions { get; init; } = true;

    /// <summary>
    /// Tokens of schedules that failed once, to be run first: a bug that was found stays found. One that does not fit
    /// the test any more is followed as far as it does. Default: none.
    /// </summary>
    /// <exception cref="ArgumentException">A token is none of this package.</exception>
    public IReadOnlyList<string> Tokens
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (string token in value) ScheduleToken.Parse(token, isStrict: false);

            // A copy, but one and the same where there are none: records without tokens are to be equal.
            field = value.Count is 0 ? [] : [.. value];
        }
    } = [];
}
