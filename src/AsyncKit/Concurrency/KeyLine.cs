namespace AsyncKit.Concurrency;

/// <summary>The items of one key that wait for the one that runs. Guarded by the gate of the run.</summary>
internal sealed class KeyLine<T, TKey>(TKey key)
{
    private QueuedItem? _first;
    private QueuedItem? _last;

    public TKey Key => key;

    /// <summary>Whether an item of the key runs, or is about to.</summary>
    public bool IsBusy { get; private set; }

    /// <summary>Whether it stands among the keys to be forgotten.</summary>
    public bool IsListed { get; set; }

    /// <summary>The next of those.</summary>
    public KeyLine<T, TKey>? NextListed { get; set; }

    /// <summary>Takes the key, if no item of it runs.</summary>
    public bool TryTake()
    {
        bool wasFree = !IsBusy;
        IsBusy = true;
        return wasFree;
    }

    /// <summary>Takes the key, or else puts an item into the line.</summary>
    public bool TryTake(QueuedItem item)
    {
        if (TryTake()) return true;
        if (_last is null) _first = item;
        else _last.Next = item;
        _last = item;
        return false;
    }

    /// <summary>Takes the next item out of the line; when there is none, the key is free.</summary>
    public QueuedItem? TakeNext()
    {
        QueuedItem? next = _first;
        _first = next?.Next;
        if (_first is null) _last = null;
        IsBusy = next is not null;
        return next;
    }

    internal sealed class QueuedItem(T item, long index)
    {
        public T Item => item;

        public long Index => index;

        public QueuedItem? Next { get; set; }
    }
}
