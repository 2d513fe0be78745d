using System.Runtime.CompilerServices;

namespace AsyncKit.Synchronization;

/// <summary>Holds that were released and serve the next holders. Guarded by the gate of the owner.</summary>
/// <remarks>A mutable struct: a field that is not read-only, never copied.</remarks>
internal struct SpareHolds<TOwner>
{
    private const int Most = 128;

    private Hold<TOwner>? _first;
    private int _count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Hold<TOwner>? Take()
    {
        Hold<TOwner>? hold = _first;
        if (hold is null) return null;
        _first = hold.NextSpare;
        _count--;
        return hold;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Put(Hold<TOwner> hold)
    {
        if (_count == Most) return;
        hold.NextSpare = _first;
        _first = hold;
        _count++;
    }
}
