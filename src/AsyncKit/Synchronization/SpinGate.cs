using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>Guards the state of one primitive, for a few instructions at a time.</summary>
/// <remarks>
/// <para>One compare-exchange to enter and a plain store to leave: half of what a <see cref="Lock"/> costs, in four
/// bytes. Nothing is called under it that is not ours.</para>
/// <para>A mutable struct: a field that is not read-only, never copied.</para>
/// </remarks>
internal struct SpinGate
{
    // A thread that spins longer than this most likely waits for one that lost its processor; then it sleeps.
    private const int RoundsBeforeSleep = 50;

    private int _taken;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Enter()
    {
        if (Interlocked.CompareExchange(ref _taken, 1, 0) is not 0) EnterContended();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Exit() => Volatile.Write(ref _taken, 0);

    private static SpinWait SpinOnce(SpinWait spinner)
    {
        spinner.SpinOnce(RoundsBeforeSleep);
        return spinner;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void EnterContended()
    {
        // It may sleep, and an interrupt would end that.
        var spinner = new SpinWait();
        while (Volatile.Read(ref _taken) is not 0 || Interlocked.CompareExchange(ref _taken, 1, 0) is not 0)
            spinner = Uninterrupted.Do(spinner, static spinner => SpinOnce(spinner));
    }
}
