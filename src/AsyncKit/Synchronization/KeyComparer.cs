using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>How keys are hashed and compared: by code of others, unless they are of a type that is known.</summary>
internal readonly struct KeyComparer<TKey>
    where TKey : notnull
{
    // None: the default for a type of values, which the compiler then knows.
    private readonly IEqualityComparer<TKey>? _comparer;

    public KeyComparer(IEqualityComparer<TKey>? comparer)
    {
        comparer ??= EqualityComparer<TKey>.Default;
        _comparer = typeof(TKey).IsValueType && comparer == EqualityComparer<TKey>.Default ? null : comparer;
    }

    /// <summary>The hash, mixed: its upper bits depend on all of the bits that a comparer gives.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint HashOf(TKey key)
    {
        // Multiplied by the golden ratio (Knuth, 6.4). It is odd, so different hashes stay different.
        const uint GoldenRatio = 0x9E3779B9;
        int hash = _comparer is null ? key.GetHashCode() : _comparer.GetHashCode(key);
        return (uint)hash * GoldenRatio;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool AreEqual(TKey one, TKey other) =>
        _comparer is null ? EqualityComparer<TKey>.Default.Equals(one, other) : _comparer.Equals(one, other);
}
