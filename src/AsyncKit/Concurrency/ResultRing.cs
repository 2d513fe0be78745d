using System.Diagnostics.CodeAnalysis;

namespace AsyncKit.Concurrency;

/// <summary>Results between those who make them and the one who takes them, each at a place.</summary>
/// <remarks>
/// A place is that of the item, or the next free one. An item without a result leaves a hole there. Guarded by the gate
/// of the run, except for <see cref="Grown"/>.
/// </remarks>
internal sealed class ResultRing<TResult>
{
    private readonly Slot[] _slots;
    private long _putNext;

    public ResultRing()
        : this(new Slot[16])
    {
    }

    private ResultRing(Slot[] slots) => _slots = slots;

    private enum Content : byte
    {
        Nothing,
        Result,
        Hole,
    }

    /// <summary>The place of the result that is taken next.</summary>
    public long Next { get; private set; }

    public int Capacity => _slots.Length;

    private ref Slot Front => ref SlotAt(Next);

    /// <summary>A ring of twice the size, for <see cref="MoveTo"/>.</summary>
    public ResultRing<TResult> Grown() => new(new Slot[_slots.Length * 2]);

    public void MoveTo(ResultRing<TResult> larger)
    {
        larger.Next = Next;
        larger._putNext = _putNext;
        for (long place = Next; place < Next + _slots.Length; place++) larger.SlotAt(place) = SlotAt(place);
    }

    public void Put(long? place, TResult result) =>
        SlotAt(place ?? _putNext++) = new Slot { Content = Content.Result, Result = result };

    public void PutHole(long? place) => SlotAt(place ?? _putNext++) = new Slot { Content = Content.Hole };

    public void PassHoles()
    {
        while (Front.Content is Content.Hole)
        {
            Front = default;
            Next++;
        }
    }

    public bool TryTake([MaybeNullWhen(false)] out TResult result)
    {
        ref Slot front = ref Front;
        result = front.Result!;
        if (front.Content is not Content.Result) return false;
        front = default;
        Next++;
        return true;
    }

    private ref Slot SlotAt(long place) => ref _slots[place & (_slots.Length - 1)];

    private struct Slot
    {
        public Content Content;
        public TResult? Result;
    }
}
