namespace Files.Stories;

/// <summary>How many requests ended with which status.</summary>
internal sealed class StatusCounts
{
    private readonly long[] _counts = new long[1000];

    /// <summary>Counts a line of a log, in which the status comes after the request and its quotation mark.</summary>
    public void CountLine(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> status = line[(line.IndexOf("\" "u8) + 2)..];
        Count(((status[0] - '0') * 100) + ((status[1] - '0') * 10) + status[2] - '0');
    }

    /// <summary>Counts a line of a log, as text.</summary>
    public void CountLine(string line)
    {
        ReadOnlySpan<char> status = line.AsSpan(line.IndexOf("\" ", StringComparison.Ordinal) + 2);
        Count(((status[0] - '0') * 100) + ((status[1] - '0') * 10) + status[2] - '0');
    }

    public void Count(int status) => _counts[status]++;

    /// <summary>Adds what others have counted.</summary>
    public StatusCounts Add(StatusCounts others)
    {
        for (var status = 0; status < _counts.Length; status++) _counts[status] += others._counts[status];
        return this;
    }

    public bool IsSameAs(StatusCounts others) => _counts.AsSpan().SequenceEqual(others._counts);

    public override string ToString() => string.Join(
        ", ", _counts.Index().Where(entry => entry.Item > 0).Select(entry => $"{entry.Index}: {entry.Item:N0}"));
}
