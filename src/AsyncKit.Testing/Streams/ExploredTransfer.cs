using System.Numerics;
using System.Runtime.InteropServices;

namespace AsyncKit.Testing;

/// <summary>What becomes of a read or a write, where that is a choice of the schedule.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ExploredTransfer
{
    // Longer than most time limits.
    private static readonly TimeSpan _stall = TimeSpan.FromMinutes(1);

    private readonly TestEnv? _stallsIn;
    private readonly Exception? _fault;

    private ExploredTransfer(int first, TestEnv? stallsIn = null, Exception? fault = null)
    {
        First = first;
        _stallsIn = stallsIn;
        _fault = fault;
    }

    /// <summary>How many bytes are transferred before it fails or stalls; of a read: at most.</summary>
    public int First { get; }

    public static ExploredTransfer OfRead(int length, bool mayStall)
    {
        if (length is 0 || TestEnv.Current is not { Decisions: { } decisions } env) return new(length);
        if (decisions.ChooseFault(1) > 0) return Failing(decisions, 0, "read", "nothing was read");
        int mishap = decisions.ChooseMishap((mayStall ? 1 : 0) + (length > 1 ? 1 : 0));
        if (mishap is 0) return new(length);
        if (mishap is 1 && mayStall) return Stalling(env, decisions, length, "a read stalled");
        return new(ChooseFewer(decisions, length));
    }

    /// <summary>How many bytes a read gives of those that it could give.</summary>
    public static int CountOf(int length) =>
        length > 1 && TestEnv.Current?.Decisions is { } decisions && decisions.ChooseMishap(1) > 0
            ? ChooseFewer(decisions, length)
            : length;

    public static ExploredTransfer OfWrite(int length, bool mayStall)
    {
        if (length is 0 || TestEnv.Current is not { Decisions: { } decisions } env) return new(length);
        int half = length / 2;
        switch (decisions.ChooseFault(half > 0 ? 3 : 2))
        {
            case 1: return Failing(decisions, 0, "write", "nothing was written");
            case 2: return Failing(decisions, length, "write", "all of it was written");
            case 3: return Failing(decisions, half, "write", "half of it was written");
        }

        return decisions.ChooseMishap(!mayStall ? 0 : half > 0 ? 2 : 1) switch
        {
            1 => Stalling(env, decisions, 0, "a write stalled"),
            2 => Stalling(env, decisions, half, "a write stalled half way"),
            _ => new(length),
        };
    }

    public static ExploredTransfer OfFlush() =>
        TestEnv.Current?.Decisions is { } decisions && decisions.ChooseFault(1) > 0
            ? Failing(decisions, 0, "flush", "nothing was flushed")
            : default;

    public void ThrowIfFailed()
    {
        if (_fault is not null) throw _fault;
    }

    public Task StallAsync(CancellationToken cancellationToken) => _stallsIn is null
        ? Task.CompletedTask
        : VirtualWait.DelayAsync(_stall, _stallsIn.Time, cancellationToken);

    // Powers of two: from one byte to nearly all, in few choices.
    private static int ChooseFewer(Decisions decisions, int length)
    {
        int powers = BitOperations.Log2((uint)length - 1) + 1;
        int count = 1 << decisions.Choose(powers, (powers - 1) / (double)powers);
        decisions.Mishaps.Add($"a read gave at most {count} of {length} bytes");
        return count;
    }

    private static ExploredTransfer Stalling(TestEnv env, Decisions decisions, int first, string what)
    {
        decisions.Mishaps.Add($"{what} for {_stall.TotalSeconds} seconds");
        return new(first, stallsIn: env);
    }

    private static ExploredTransfer Failing(Decisions decisions, int first, string call, string effect)
    {
        decisions.Injected = new IOException($"A {call} of the stream failed, and {effect}, as explored.");
        return new(first, fault: decisions.Injected);
    }
}
