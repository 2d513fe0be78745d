namespace AsyncKit.Errors;

/// <summary>The faults of work that many take part in, in the order they happened.</summary>
/// <param name="mostKept">How many are kept; the others are counted.</param>
/// <remarks>Thread-safe.</remarks>
internal sealed class Faults(int mostKept = int.MaxValue)
{
    // Guards the fields below.
    private readonly Lock _sync = new();
    private List<Exception>? _kept;
    private HashSet<Exception>? _known;
    private long _count;

    /// <summary>Whether anything went wrong.</summary>
    public bool Any => Volatile.Read(ref _count) is not 0;

    public void Add(Exception fault)
    {
        lock (_sync) AddUnderLock(fault);
    }

    /// <summary>Adds a fault that may have come by another way already: each that is kept is told once.</summary>
    public void AddOnce(Exception fault)
    {
        lock (_sync)
        {
            if (_known?.Contains(fault) is not true) AddUnderLock(fault);
        }
    }

    /// <summary>Adds what callbacks threw that were registered on a token that was cancelled.</summary>
    public void AddAll(AggregateException callbackFaults)
    {
        foreach (Exception fault in callbackFaults.InnerExceptions) Add(fault);
    }

    /// <summary>Faults a task with each fault: <c>await</c> throws the first, and its exception has all.</summary>
    public void Fail<T>(TaskCompletionSource<T> completion)
    {
        lock (_sync) completion.SetException(_kept!);
    }

    /// <summary>Faults a task with all of them in one exception that says how many there were.</summary>
    public void FailCollected<T>(TaskCompletionSource<T> completion)
    {
        lock (_sync) completion.SetException(new CollectedFaultsException(_kept!, _count));
    }

    private void AddUnderLock(Exception fault)
    {
        _count++;
        _kept ??= [];
        if (_kept.Count == mostKept) return;
        _kept.Add(fault);
        _known ??= new HashSet<Exception>(ReferenceEqualityComparer.Instance);
        _known.Add(fault);
    }
}
