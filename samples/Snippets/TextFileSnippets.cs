using System.Globalization;
using System.IO.Compression;
using System.Text;
using AsyncKit.IO;

namespace AsyncKit.Snippets;

public class TextFileSnippets
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Lines_AreReadAsStrings()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["server.log"];
        await File.WriteAllTextAsync(path, "INFO up\nERROR disk\n", cancellationToken);
        var errors = new List<string>();

        #region text-file
        await foreach (string line in TextFile.ReadLinesAsync(path, cancellationToken: cancellationToken))
        {
            if (line.StartsWith("ERROR", StringComparison.Ordinal)) errors.Add(line);
        }
        #endregion

        Assert.Equal(["ERROR disk"], errors);
    }

    [Fact]
    public async Task Lines_AreReadAsUtf8()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["readings.txt"];
        await File.WriteAllTextAsync(path, "20.5\n21.5\n", cancellationToken);
        double sum = 0;

        #region text-file-utf8
        await foreach (ReadOnlyMemory<byte> line in TextFile.ReadUtf8LinesAsync(
            path, cancellationToken: cancellationToken))
        {
            sum += double.Parse(line.Span, CultureInfo.InvariantCulture); // no string is made
        }
        #endregion

        Assert.Equal(42, sum);
    }

    [Fact]
    public async Task Batches_AreReadWithoutAllocating()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["server.log"];
        await File.WriteAllTextAsync(path, "INFO up\nERROR disk\nERROR net\n", cancellationToken);

        #region utf8-line-reader
        var errors = 0;
        await using var reader = new Utf8LineReader(path);
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (reader.TryReadBatch(out LineBatch batch))
            {
                foreach (ReadOnlySpan<byte> line in batch)
                {
                    if (line.StartsWith("ERROR"u8)) errors++;
                }
            }
        }
        #endregion

        Assert.Equal(2, errors);
        Assert.Equal(3, reader.LineNumber);
    }

    [Fact]
    public async Task ACheckpoint_IsWhereTheNextRunBegins()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["events.log"];
        await File.WriteAllTextAsync(path, "one\ntwo\n", cancellationToken);
        var seen = new List<string>();
        ReadCheckpoint checkpoint = default;
        void Handle(ReadOnlySpan<byte> line) => seen.Add(Encoding.UTF8.GetString(line));

        for (var run = 0; run < 2; run++)
        {
            #region text-file-checkpoint
            await using var reader = new Utf8LineReader(path, new LineReadOptions { From = checkpoint });
            while (await reader.WaitToReadAsync(cancellationToken))
            {
                while (reader.TryRead(out ReadOnlySpan<byte> line))
                {
                    Handle(line);
                    checkpoint = reader.Checkpoint; // two numbers, to be kept where the next run finds them
                }
            }
            #endregion

            await File.AppendAllTextAsync(path, $"run {run}\n", cancellationToken);
        }

        Assert.Equal(["one", "two", "run 0"], seen);
    }

    [Fact]
    public async Task Options_SayWhatBecomesOfHardCases()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["mixed.log.gz"];
        await using (var gzip = new GZipStream(File.Create(path), CompressionMode.Compress))
            await gzip.WriteAsync(
                Encoding.Latin1.GetBytes("größe\n" + new string('x', 100) + "\nend"), cancellationToken);

        #region text-file-options
        var options = new LineReadOptions
        {
            Encoding = Encoding.Latin1, // of a file without a byte order mark; a mark goes first
            MaxLineBytes = 64,
            OnOverlong = OverlongLine.Skip, // or Throw, the default, Truncate, Split
            Breaks = LineBreaks.LfOrCrLfOrCr,
        };
        List<string> lines =
            await TextFile.ReadLinesAsync(path, options, cancellationToken).ToListAsync(cancellationToken);
        #endregion

        Assert.Equal(["größe", "end"], lines);
    }

    [Fact]
    public async Task TheLastLines_AreReadFromTheEnd()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["server.log"];
        await File.WriteAllTextAsync(path, "one\ntwo\nthree\n", cancellationToken);

        #region text-file-last-lines
        string[] last = await TextFile.ReadLastLinesAsync(path, 2, cancellationToken);

        await foreach (string line in TextFile.ReadLinesBackwardAsync(path, cancellationToken))
        {
            if (line is "two") break; // nothing before it is read
        }
        #endregion

        Assert.Equal(["two", "three"], last);
    }

    [Fact]
    public async Task AFile_IsFollowed()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["server.log"];
        await File.WriteAllTextAsync(path, "INFO up\nERROR disk\n", cancellationToken);
        var alarms = new List<string>();

        #region text-file-follow
        var options = new FollowOptions { StartOffset = 0 }; // by default only what comes from now on
        await foreach (FollowedLine line in TextFile.Follow(path, options, cancellationToken))
        {
            if (line.Change is FollowChange.Replaced) alarms.Add("the log was rotated");
            if (line.Text.StartsWith("ERROR", StringComparison.Ordinal)) alarms.Add(line.Text);
            if (alarms.Count is 1) break;
        }
        #endregion

        Assert.Equal(["ERROR disk"], alarms);
    }

    [Fact]
    public async Task Progress_IsTold()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["server.log"];
        await File.WriteAllTextAsync(path, "one\ntwo\nthree\n", cancellationToken);

        #region text-file-progress
        var bar = new ProgressBar(new FileInfo(path).Length); // an IProgress<long>, told bytes
        long lines = await TextFile.CountLinesAsync(path, new LineReadOptions { Progress = bar }, cancellationToken);
        #endregion

        Assert.Equal(3, lines);
        Assert.Equal(100, bar.Percent);
    }

    private sealed class ProgressBar(long length) : IProgress<long>
    {
        public long Percent { get; private set; }

        public void Report(long value) => Percent = 100 * value / length;
    }
}
