using System.Reflection;

namespace AsyncKit.Testing;

/// <summary>What <see cref="Chaos"/> may do, and to which methods.</summary>
/// <remarks>Immutable; one instance may serve any number of tests.</remarks>
public sealed record ChaosPlan
{
    /// <summary>What may happen to a call. Default: <see cref="ChaosKinds.Default"/>.</summary>
    public ChaosKinds Kinds { get; init; } = ChaosKinds.Default;

    /// <summary>What a call that fails throws: each of them, at some time. Default: an <see cref="IOException"/> that
    /// names the method.</summary>
    /// <exception cref="ArgumentNullException">The value, or a fault, is <see langword="null"/>.</exception>
    public IReadOnlyList<Exception> Faults
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            foreach (Exception fault in value) ArgumentNullException.ThrowIfNull(fault, nameof(value));
            field = value;
        }
    } = [];

    /// <summary>How long <see cref="ChaosKinds.Delay"/> takes, on the clock of the test. Zero or more; default: one
    /// minute, which is longer than most time limits.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative, or too long for a timer.</exception>
    public TimeSpan Delay
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ManualTimer.ThrowIfOutOfRange(value);
            field = value;
        }
    } = TimeSpan.FromMinutes(1);

    /// <summary>Which methods it may happen to. Default: all that <see cref="Chaos"/> touches.</summary>
    /// <exception cref="ArgumentNullException">The value is <see langword="null"/>.</exception>
    public Func<MethodInfo, bool> Methods
    {
        get;
        init
        {
            ArgumentNullException.ThrowIfNull(value);
            field = value;
        }
    } = static _ => true;

    /// <summary>What happens to a call, if anything.</summary>
    internal Mishap? Choose(TestEnv env, InterfaceCall call, ChaosKinds possible)
    {
        Decisions decisions = env.Decisions!;
        ChaosKinds open = Kinds & possible;
        int faults = Math.Max(1, Faults.Count);
        int before = open.HasFlag(ChaosKinds.FailBefore) ? faults : 0;
        int after = open.HasFlag(ChaosKinds.FailAfter) ? faults : 0;
        int fault = decisions.ChooseFault(before + after);
        if (fault > before) return Fail(ChaosKinds.FailAfter, fault - before);
        if (fault > 0) return Fail(ChaosKinds.FailBefore, fault);
        ReadOnlySpan<ChaosKinds> others = [ChaosKinds.Delay, ChaosKinds.HangUntilCancelled, ChaosKinds.Duplicate];
        Span<ChaosKinds> offered = stackalloc ChaosKinds[others.Length];
        var count = 0;
        foreach (ChaosKinds kind in others)
        {
            if (open.HasFlag(kind)) offered[count++] = kind;
        }

        return decisions.ChooseMishap(count) is > 0 and var number
            ? new Mishap(offered[number - 1], env, Fault: null, Delay)
            : null;

        Mishap Fail(ChaosKinds kind, int which) =>
            new(kind, env, Faults is [] ? Mishap.NewFault(kind, call) : Faults[which - 1], Delay);
    }
}
