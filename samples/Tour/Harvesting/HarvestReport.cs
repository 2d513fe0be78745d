using AsyncKit.Errors;

namespace Tour.Harvesting;

/// <summary>What a harvest has brought in so far. Written by the harvest alone; read by whoever shows it.</summary>
internal sealed class HarvestReport
{
    private readonly List<Page> _pages = [];
    private readonly List<(Uri Uri, Exception Failure)> _failures = [];
    private int _known;
    private int _failed;
    private int _settled;
    private int _retries;

    /// <summary>How many pages have been found, fetched or not.</summary>
    public int Known => Volatile.Read(ref _known);

    /// <summary>How many of them are done, well or badly.</summary>
    public int Settled => Volatile.Read(ref _settled);

    /// <summary>How many of those badly.</summary>
    public int Failed => Volatile.Read(ref _failed);

    public int Retries => Volatile.Read(ref _retries);

    public TimeSpan WallTime { get; set; }

    public bool WasInterrupted { get; set; }

    /// <summary>To be read when the harvest has ended.</summary>
    public IReadOnlyList<Page> Pages => _pages;

    /// <summary>To be read when the harvest has ended.</summary>
    public IReadOnlyList<(Uri Uri, Exception Failure)> Failures => _failures;

    public void AddKnown() => Interlocked.Increment(ref _known);

    public void AddRetry() => Interlocked.Increment(ref _retries);

    public void Add(Uri uri, Settled<Page> settled)
    {
        if (settled.TryGetValue(out Page? page))
        {
            _pages.Add(page);
        }
        else
        {
            _failures.Add((uri, settled.Exception!));
            Interlocked.Increment(ref _failed);
        }

        Interlocked.Increment(ref _settled);
    }

    /// <summary>The counts, in a line.</summary>
    public override string ToString() => $"{Settled} of {Known} pages, {Retries} retries, {Failed} failed";
}
