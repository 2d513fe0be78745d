using System.Text.Json;
using AsyncKit.IO;

namespace Tour.Crawling;

/// <summary>What a crawl has found and done so far, in a file of JSON lines, from which a later run goes on.</summary>
/// <remarks>
/// An address is written down before it is asked for, and again when it is done. So whatever ends the process, no page
/// is lost, and only those under way are asked for twice.
/// </remarks>
internal sealed class CrawlJournal : IAsyncDisposable
{
    private readonly AppendLog _log;
    private readonly HashSet<string> _known = [];
    private readonly Dictionary<string, CrawlEntry> _done = [];

    private CrawlJournal(AppendLog log) => _log = log;

    /// <summary>What became of the addresses that are done.</summary>
    public IReadOnlyCollection<CrawlEntry> Done => _done.Values;

    /// <summary>The addresses that were found and are not done.</summary>
    public IReadOnlyList<Uri> Pending =>
        [.. _known.Where(url => !_done.ContainsKey(url)).Select(static url => new Uri(url))];

    /// <summary>Opens a journal, and reads what an earlier run has left in it.</summary>
    public static async Task<CrawlJournal> OpenAsync(string path, CancellationToken cancellationToken)
    {
        // To open it cuts off what a crash has left of a last line.
        AppendLog log = await AppendLog.OpenAsync(path, cancellationToken: cancellationToken);
        var journal = new CrawlJournal(log);
        IAsyncEnumerable<CrawlEntry?> entries = JsonLines.ReadAsync(
            path, CrawlEntryContext.Default.CrawlEntry, cancellationToken: cancellationToken);
        await foreach (CrawlEntry? entry in entries)
        {
            if (entry is not null) journal.Add(entry);
        }

        return journal;
    }

    /// <summary>Writes an address down, if it is new.</summary>
    /// <returns>Whether it was.</returns>
    public async ValueTask<bool> TryFindAsync(Uri uri, CancellationToken cancellationToken)
    {
        lock (_known)
        {
            if (!_known.Add(uri.AbsoluteUri)) return false;
        }

        await WriteAsync(new CrawlEntry(uri.AbsoluteUri), cancellationToken);
        return true;
    }

    /// <summary>Writes down what became of an address.</summary>
    public async ValueTask FinishAsync(CrawlEntry entry, CancellationToken cancellationToken)
    {
        await WriteAsync(entry, cancellationToken);
        lock (_known) Add(entry);
    }

    public ValueTask DisposeAsync() => _log.DisposeAsync();

    private async ValueTask WriteAsync(CrawlEntry entry, CancellationToken cancellationToken) => await _log.AppendAsync(
        JsonSerializer.Serialize(entry, CrawlEntryContext.Default.CrawlEntry),
        CommitLevel.Os,
        cancellationToken);

    private void Add(CrawlEntry entry)
    {
        _known.Add(entry.Url);
        if (entry.IsDone) _done[entry.Url] = entry;
    }
}
