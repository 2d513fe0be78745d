namespace AsyncKit.Concurrency;

/// <summary>Makes the sources of runs.</summary>
internal static class RunSource
{
    public static RunSource<T> Of<T>(IEnumerable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new SynchronousSource<T>(source);
    }

    public static RunSource<T> Of<T>(IAsyncEnumerable<T> source)
    {
        ArgumentNullException.ThrowIfNull(source);
        return new AsynchronousSource<T>(source);
    }
}

/// <summary>Where the items of a run come from. Whoever has the turn is alone with it.</summary>
internal abstract class RunSource<T> : IAsyncDisposable
{
    public abstract T Current { get; }

    /// <summary>Goes on to the next item, if there is one.</summary>
    /// <param name="cancellationToken">Of the run: the first call gives it to an asynchronous sequence.</param>
    public abstract ValueTask<bool> MoveNextAsync(CancellationToken cancellationToken);

    /// <summary>How many items there are, if that is known without asking for them; else a negative number.</summary>
    public virtual int KnownCount => -1;

    /// <summary>The same sequence, from its beginning.</summary>
    public abstract RunSource<T> Anew();

    public abstract ValueTask DisposeAsync();
}
