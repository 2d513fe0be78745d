using System.Globalization;
using System.Runtime.InteropServices;

namespace AsyncKit.IO;

/// <summary>The files that a log has left behind: their names, and how many are kept.</summary>
internal sealed class RolledFiles(string path, int? keep)
{
    private const string DayFormat = "yyyyMMdd";

    private readonly string _folder = Path.GetDirectoryName(path)!;
    private readonly string _beginning = Path.GetFileNameWithoutExtension(path) + ".";
    private readonly string _ending = Path.GetExtension(path);

    /// <summary>Renames the file of the log to the next name of a day, and deletes the oldest beyond those to keep.
    /// </summary>
    public void Add(int day)
    {
        List<RolledFile> files = Find();
        int number = files.Where(file => file.Day == day).Select(file => file.Number).DefaultIfEmpty().Max() + 1;
        string date = DateOnly.FromDayNumber(day).ToString(DayFormat, CultureInfo.InvariantCulture);
        string name = string.Create(CultureInfo.InvariantCulture, $"{_beginning}{date}-{number:D3}{_ending}");
        var rolled = new RolledFile(day, number, Path.Combine(_folder, name));
        File.Move(path, rolled.Path);
        if (keep is null) return;
        files.Add(rolled);
        IOrderedEnumerable<RolledFile> newestFirst =
            files.OrderByDescending(file => file.Day).ThenByDescending(file => file.Number);
        foreach (RolledFile old in newestFirst.Skip(keep.Value)) TryDelete(old.Path);
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Somebody has it open, or the folder is locked. The lines go on; it is tried again at the next roll.
        }
    }

    private List<RolledFile> Find()
    {
        List<RolledFile> found = [];
        foreach (string file in Directory.EnumerateFiles(_folder))
        {
            if (Parse(file) is { } rolled) found.Add(rolled);
        }

        return found;
    }

    // app.20261126-001.log, and nothing else: other files in the folder are not ours to delete.
    private RolledFile? Parse(string file)
    {
        ReadOnlySpan<char> name = Path.GetFileName(file.AsSpan());
        if (name.Length < _beginning.Length + _ending.Length + DayFormat.Length + 2) return null;
        if (!name.StartsWith(_beginning, StringComparison.Ordinal)) return null;
        if (!name.EndsWith(_ending, StringComparison.Ordinal)) return null;
        ReadOnlySpan<char> middle = name[_beginning.Length..^_ending.Length];
        ReadOnlySpan<char> date = middle[..DayFormat.Length];
        ReadOnlySpan<char> count = middle[(DayFormat.Length + 1)..];
        CultureInfo culture = CultureInfo.InvariantCulture;
        bool isRolled = middle[DayFormat.Length] is '-'
            & DateOnly.TryParseExact(date, DayFormat, culture, DateTimeStyles.None, out DateOnly day)
            & int.TryParse(count, NumberStyles.None, culture, out int number);
        return isRolled ? new RolledFile(day.DayNumber, number, file) : null;
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct RolledFile(int Day, int Number, string Path);
}
