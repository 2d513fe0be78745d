namespace AsyncKit.IO;

/// <summary>What a log writes to: a file, and when that is full the next one, under the same name.</summary>
/// <remarks>For one thread at a time.</remarks>
internal sealed class RollingFile : IDisposable
{
    private readonly string _path;
    private readonly AppendLogOptions _options;
    private readonly RolledFiles? _rolled;
    private LogFile _file;

    public RollingFile(string path, AppendLogOptions options)
    {
        _path = path;
        _options = options;
        if (options.Roll is not null) _rolled = new RolledFiles(path, options.Roll.MaxRolledFiles);

        // Before the file is opened: what is mended is written now.
        DateTime written = File.GetLastWriteTimeUtc(path);
        _file = LogFile.Open(path, options);
        Day = Length is 0 ? Today : DayOf(TimeZoneInfo.ConvertTime(
            new DateTimeOffset(written), options.TimeProvider.LocalTimeZone));
    }

    public long Length => _file.Length;

    /// <summary>The day on which the file began, as a number; that of a file from an earlier process is the day of its
    /// last line.</summary>
    public int Day { get; private set; }

    /// <summary>The day it is now.</summary>
    public int Today => DayOf(_options.TimeProvider.GetLocalNow());

    public void Write(LogBatch batch)
    {
        if (batch.BeginsFile) Roll();
        if (Length is 0 && _rolled is not null) Day = batch.Day is 0 ? Today : batch.Day;
        _file.Write(batch.Bytes);
    }

    public void Flush() => _file.Flush();

    public void Dispose() => _file.Dispose();

    private static int DayOf(DateTimeOffset moment) => DateOnly.FromDateTime(moment.DateTime).DayNumber;

    // Who later waits for the disk waits for the new file alone, so the old one has to be there by now.
    private void Roll()
    {
        _file.Flush();
        _file.Dispose();
        _rolled!.Add(Day);
        _file = LogFile.Open(_path, _options);
    }
}
