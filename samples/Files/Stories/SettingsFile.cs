using System.Text.Json;
using AsyncKit.IO;

namespace Files.Stories;

/// <summary>Replaces settings again and again while others read them, and once by a writer that fails.</summary>
internal static class SettingsFile
{
    private const int Versions = 50;
    private const int RecentFiles = 1000;

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string path = folder["settings.json"];
        await SaveAsync(path, version: 1, cancellationToken);
        (int[] seen, double replacing) = await Story.MeasureAsync(() => ReplaceAndReadAsync(path, cancellationToken));
        byte[] before = await File.ReadAllBytesAsync(path, cancellationToken);

        bool failed = await FailsAsync(AtomicFile.ReplaceAsync(path, WriteHalfAsync, null, cancellationToken).AsTask());

        byte[] after = await File.ReadAllBytesAsync(path, cancellationToken);
        string[] names = folder.Names;
        string plainPath = folder["plain.json"];
        await File.WriteAllBytesAsync(plainPath, before, cancellationToken);
        await FailsAsync(ReplaceInPlaceAsync(plainPath, cancellationToken));
        Story.Requires(seen.Order().SequenceEqual(seen), "No reader sees an older version after a newer one.");
        Story.Requires(failed, "The caller gets what the writer threw.");
        Story.Requires(after.AsSpan().SequenceEqual(before), "A writer that fails leaves the old file.");
        Story.Requires(names is ["settings.json"], $"Nothing else is left, but there was {string.Join(", ", names)}.");
        return
        [
            $"Replaced {Versions - 1} times in {replacing:N0} ms, each flushed to the disk with its folder.",
            $"Read {seen.Length:N0} times meanwhile: each was whole, and {seen.Distinct().Count()} versions were seen.",
            $"After a writer that failed half-way: {after.Length:N0} bytes of {before.Length:N0}, all as they were.",
            $"File.Create with the same writer: {new FileInfo(plainPath).Length:N0} bytes of {before.Length:N0} are "
                + "there.",
        ];
    }

    // Gives the versions that a reader has seen.
    private static async Task<int[]> ReplaceAndReadAsync(string path, CancellationToken cancellationToken)
    {
        Task replacing = Task.Run(
            async () =>
            {
                for (var version = 2; version <= Versions; version++) await SaveAsync(path, version, cancellationToken);
            },
            cancellationToken);
        var seen = new List<int>();
        try
        {
            while (!replacing.IsCompleted)
            {
                // A file that is torn is no JSON, or not all of it is of one version.
                byte[] json = await File.ReadAllBytesAsync(path, cancellationToken);
                Settings settings = JsonSerializer.Deserialize(json, StoryContext.Default.Settings)!;
                int files = settings.Recent.AsSpan().Count(FileOf(settings.Version));
                Story.Requires(
                    files is RecentFiles, $"Each reader sees a whole version, but {files} files were of it.");
                seen.Add(settings.Version);
            }
        }
        finally
        {
            await replacing;
        }

        return [.. seen];
    }

    private static ValueTask SaveAsync(string path, int version, CancellationToken cancellationToken)
    {
        var settings = new Settings(version, "dark", [.. Enumerable.Repeat(FileOf(version), RecentFiles)]);
        return AtomicFile.ReplaceAsync(
            path,
            (stream, token) => JsonSerializer.SerializeAsync(stream, settings, StoryContext.Default.Settings, token),
            cancellationToken: cancellationToken);
    }

    private static string FileOf(int version) => $"/home/me/notes/version-{version}.md";

    private static async ValueTask WriteHalfAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(new byte[20_000], cancellationToken);
        await stream.FlushAsync(cancellationToken);
        throw new NotSupportedException("These settings cannot be written.");
    }

    private static async Task ReplaceInPlaceAsync(string path, CancellationToken cancellationToken)
    {
        await using FileStream stream = File.Create(path);
        await WriteHalfAsync(stream, cancellationToken);
    }

    private static async Task<bool> FailsAsync(Task writing)
    {
        try
        {
            await writing;
            return false;
        }
        catch (NotSupportedException)
        {
            return true;
        }
    }
}
