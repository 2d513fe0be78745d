using System.Threading.Tasks.Sources;
using AsyncKit.Synchronization;

namespace AsyncKit.IO;

/// <summary>A wait for room for a line, for a level, or for the end of a log.</summary>
internal sealed class LogWaiter(LogQueue queue) : Waiter(queue), IValueTaskSource<long>, IValueTaskSource
{
    /// <summary>The line that waits for room; none when it is in, or when there is none.</summary>
    public byte[]? Line { get; set; }

    /// <summary>The day on which the line was given.</summary>
    public int Day { get; set; }

    /// <summary>What is waited for once the line is in.</summary>
    public CommitLevel Level { get; set; }

    public long GetResult(short token)
    {
        if (!Take(token, out long offset, out _)) throw queue.Refusal();
        return offset;
    }

    void IValueTaskSource.GetResult(short token)
    {
        if (!Take(token, out _, out _)) throw queue.Refusal();
    }

    protected override void OnCleared()
    {
        Line = null;
        Day = 0;
        Level = default;
    }
}
