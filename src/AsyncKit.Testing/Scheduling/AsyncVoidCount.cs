namespace AsyncKit.Testing;

/// <summary>How many async void methods of a run have not ended.</summary>
internal sealed class AsyncVoidCount
{
    private int _running;

    public int Running => Volatile.Read(ref _running);

    public void Started() => Interlocked.Increment(ref _running);

    public void Completed() => Interlocked.Decrement(ref _running);
}
