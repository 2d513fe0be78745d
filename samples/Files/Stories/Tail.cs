using System.Globalization;
using AsyncKit.Concurrency;
using AsyncKit.IO;

namespace Files.Stories;

/// <summary>A tail that follows a log through its rotations.</summary>
internal static class Tail
{
    private const int Lines = 3_000;
    private const int LinesOfAFile = 1_000;

    public static async Task<string[]> TellAsync(CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        string path = folder["app.log"];
        var seen = new List<int>();
        var rotations = 0;

        await TaskGroup.RunAsync(
            async group =>
            {
                _ = group.Run(token => WriteAsync(path, token));
                var options = new FollowOptions { StartOffset = 0 };
                await foreach (FollowedLine line in TextFile.Follow(path, options, group.CancellationToken))
                {
                    if (line.Change is FollowChange.Replaced) rotations++;
                    seen.Add(int.Parse(line.Text, CultureInfo.InvariantCulture));
                    if (seen.Count is Lines) break;
                }
            },
            cancellationToken: cancellationToken);

        Story.Requires(seen.SequenceEqual(Enumerable.Range(0, Lines)), "Each line comes once, and in order.");
        Story.Requires(rotations is Lines / LinesOfAFile - 1, $"Each rotation is told, but {rotations} were.");
        return [$"{seen.Count:N0} lines came once each and in order, through {rotations} rotations."];
    }

    // Slowly enough that a file is looked at before it has been rotated twice.
    private static async ValueTask WriteAsync(string path, CancellationToken cancellationToken)
    {
        for (var file = 0; file < Lines / LinesOfAFile; file++)
        {
            await using (LineWriter writer = LineWriter.Create(
                path, new LineWriterOptions { Durability = FileDurability.None }))
            {
                for (var i = 0; i < LinesOfAFile; i++)
                {
                    await writer.WriteLineAsync($"{file * LinesOfAFile + i}", cancellationToken);
                    if (i % 100 is 99) await writer.FlushAsync(cancellationToken: cancellationToken);
                }

                await writer.CompleteAsync(cancellationToken);
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, cancellationToken);
            if (file < Lines / LinesOfAFile - 1) File.Move(path, $"{path}.{file + 1}");
        }
    }
}
