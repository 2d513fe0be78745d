namespace AsyncKit.Concurrency;

/// <summary>Results that arrive in any order, kept at the place of their item.</summary>
internal sealed class ResultsInOrder<T>
{
    // Guards the fields below: growing the array must not race with a result being put into the old one.
    private readonly Lock _sync = new();
    private T[] _items = [];
    private int _count;

    public void Set(int index, T value)
    {
        lock (_sync)
        {
            if (index >= _items.Length) Array.Resize(ref _items, Math.Max(Math.Max(4, index + 1), _items.Length * 2));
            _items[index] = value;
            _count = Math.Max(_count, index + 1);
        }
    }

    public T[] ToArray()
    {
        lock (_sync) return _items.Length == _count ? _items : _items[.._count];
    }
}
