namespace AsyncKit.Concurrency;

/// <summary>Results that arrive in any order, each at the place of its item.</summary>
/// <remarks>
/// Places are reserved one at a time, in order, by who has the turn. A result is then put at its place without a lock,
/// since segments never move: what one array has no room for goes into the next one, of twice its size.
/// </remarks>
/// <param name="expected">How many there will be, if that is known.</param>
internal sealed class ResultSegments<T>(int expected)
{
    private const int Smallest = 16;

    // The current one is the last in the list.
    private readonly List<T[]> _segments = [];
    private T[] _current = [];
    private int _used;
    private int _count;

    public Place Reserve()
    {
        if (_used == _current.Length)
        {
            int length = _segments.Count is 0 && expected > 0 ? expected : Math.Max(Smallest, _current.Length * 2);
            _current = new T[Math.Min(length, Array.MaxLength)];
            _segments.Add(_current);
            _used = 0;
        }

        _count = checked(_count + 1);
        return new Place(_current, _used++);
    }

    public T[] ToArray()
    {
        if (_count is 0) return [];
        if (_segments is [var only] && only.Length == _count) return only;
        var all = new T[_count];
        var copied = 0;
        foreach (T[] segment in _segments)
        {
            int length = Math.Min(segment.Length, _count - copied);
            Array.Copy(segment, 0, all, copied, length);
            copied += length;
        }

        return all;
    }

    /// <summary>Where a result goes.</summary>
    public readonly record struct Place(T[] Segment, int Offset)
    {
        public void Put(T result) => Segment[Offset] = result;
    }
}
