namespace Files.Stories;

/// <summary>Notes when each quarter of a file has been read.</summary>
internal sealed class Quarters(long length) : IProgress<long>
{
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly List<string> _passed = [];
    private long _bytes;
    private bool _hasGoneBack;

    /// <summary>Whether it was told of more each time, and of the whole file last.</summary>
    public bool CameToTheEnd => !_hasGoneBack && _bytes == length;

    public void Report(long value)
    {
        _hasGoneBack |= value < _bytes;
        _bytes = value;
        while (_passed.Count < 4 && value >= length * (_passed.Count + 1) / 4)
        {
            TimeSpan time = TimeProvider.System.GetElapsedTime(_start);
            _passed.Add($"{25 * (_passed.Count + 1)} % at {time.TotalMilliseconds:N0} ms");
        }
    }

    public override string ToString() => string.Join(", ", _passed);
}
