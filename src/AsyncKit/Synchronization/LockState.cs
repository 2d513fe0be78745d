using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>Whether a lock is held, under which number, and whether there is a queue: one word.</summary>
/// <remarks>
/// <para>The number changes with each release, so a lease is good for one. While nobody waits, one compare-exchange
/// takes the lock, and one gives it back; the second also proves that the lease is the one of this hold.</para>
/// <para>As long as there is a queue, the word changes under its gate only.</para>
/// <para>A mutable struct: a field that is not read-only, never copied.</para>
/// </remarks>
internal struct LockState
{
    private const long Held = 1;
    private const long Queued = 2;
    private const int NumberShift = 2;

    // The number from bit 2 on. It never comes to its end, and is never zero.
    private long _word = 1L << NumberShift;

    public LockState()
    {
    }

    public readonly bool IsHeld => (Volatile.Read(in _word) & Held) is not 0;

    /// <summary>Whether a hold is the one of this moment.</summary>
    public readonly bool IsHeldUnder(long number) => (Volatile.Read(in _word) & ~Queued) == HeldUnder(number);

    /// <summary>Takes a lock that is free and not waited for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(out long number)
    {
        long word = Volatile.Read(ref _word);
        number = word >> NumberShift;
        return (word & (Held | Queued)) is 0
            && Interlocked.CompareExchange(ref _word, word | Held, word) == word;
    }

    /// <summary>Gives a lock back that nobody waits for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryRelease(long number)
    {
        // Looked at first: where somebody waits, the exchange is bound to fail, and costs what one costs that does not.
        long held = HeldUnder(number);
        return Volatile.Read(ref _word) == held
            && Interlocked.CompareExchange(ref _word, (number + 1) << NumberShift, held) == held;
    }

    /// <summary>Takes a free lock for the first of the queue; of one that is held, says that there is a
    /// queue.</summary>
    public bool TryTakeOrQueue(out long number)
    {
        while (true)
        {
            long word = Volatile.Read(ref _word);
            bool isFree = (word & Held) is 0;
            number = word >> NumberShift;
            if (TryChange(word, word | (isFree ? Held : Queued))) return isFree;
        }
    }

    /// <summary>The same, under the number of an earlier hold.</summary>
    /// <remarks>It says that there is a queue, as the next number is not the one behind: the queue knows it.</remarks>
    public bool TryTakeAgainOrQueue(long earlier, out long number)
    {
        while (true)
        {
            long word = Volatile.Read(ref _word);
            bool isFree = (word & Held) is 0;
            number = word >> NumberShift;
            if (TryChange(word, (isFree ? HeldUnder(earlier) : word) | Queued)) return isFree;
        }
    }

    /// <summary>Gives a lock back, under the gate: it is free then, but only for the queue.</summary>
    /// <param name="number">The number of the hold.</param>
    /// <param name="next">A number that was never used.</param>
    /// <returns>Whether it was held under that number.</returns>
    public bool TryReleaseToQueue(long number, long next)
    {
        while (IsHeldUnder(number))
        {
            long word = Volatile.Read(ref _word);
            if ((word & ~Queued) == HeldUnder(number) && TryChange(word, (next << NumberShift) | Queued)) return true;
        }

        return false;
    }

    /// <summary>Nobody is in the queue any more: the next may take the lock, or give it back, past it.</summary>
    public void ForgetQueue() => Volatile.Write(ref _word, _word & ~Queued);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long HeldUnder(long number) => (number << NumberShift) | Held;

    private bool TryChange(long word, long next)
    {
        if ((word & Queued) is 0) return Interlocked.CompareExchange(ref _word, next, word) == word;
        Volatile.Write(ref _word, next);
        return true;
    }
}
