using System.IO.Compression;
using System.IO.Pipelines;
using System.Text;
using AsyncKit.IO;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class Utf8LineReaderSnippets
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnOverlongLine_IsGivenInPieces()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["dump.txt"];
        await File.WriteAllTextAsync(path, $"short\n{new string('x', 150)}\nend\n", cancellationToken);
        var pieces = new List<(long Line, int Length)>();

        #region utf8-line-reader-overlong
        var options = new LineReadOptions { MaxLineBytes = 64, OnOverlong = OverlongLine.Split };
        await using var reader = new Utf8LineReader(path, options);
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            while (reader.TryRead(out ReadOnlySpan<byte> piece))
                pieces.Add((reader.LineNumber, piece.Length)); // the pieces of a line have its number
        }
        #endregion

        Assert.Equal([(1, 5), (2, 64), (2, 64), (2, 22), (3, 3)], pieces);
    }

    [Fact]
    public async Task ACompressedStream_IsReadWhenTheOptionsSaySo()
    {
        CancellationToken cancellationToken = TestToken;
        using var response = new MemoryStream();
        await using (var gzip = new GZipStream(response, CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync("one\ntwo\n"u8.ToArray(), cancellationToken);
        response.Position = 0;
        long count = 0;

        #region utf8-line-reader-gzip
        var options = new LineReadOptions { Compression = FileCompression.GZip }; // found out of paths alone
        await using var reader = new Utf8LineReader(response, options);
        while (await reader.WaitToReadAsync(cancellationToken))
        {
            if (reader.TryReadBatch(out LineBatch batch)) count += batch.Count;
        }
        #endregion

        Assert.Equal(2, count);
    }

    [Fact]
    public async Task AWaitThatIsCancelled_LosesNothing()
    {
        CancellationToken cancellationToken = TestToken;
        var time = new ManualTimeProvider();
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync("one\ntw"u8.ToArray(), cancellationToken);
        var lines = new List<string>();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Handle(ReadOnlySpan<byte> line)
        {
            lines.Add(Encoding.UTF8.GetString(line));
            first.TrySetResult();
        }

        async Task StaySilentAsync()
        {
            await first.Task.WaitAsync(TimeSpan.FromSeconds(10), cancellationToken);
            time.Advance(TimeSpan.FromSeconds(5));
        }

        Task silence = StaySilentAsync();
        var isSilent = false;

        #region utf8-line-reader-cancel
        await using var reader = new Utf8LineReader(pipe.Reader); // or a stream, a handle, the path of a named pipe
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5), time);
        try
        {
            while (await reader.WaitToReadAsync(patience.Token))
            {
                while (reader.TryRead(out ReadOnlySpan<byte> line)) Handle(line);
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            isSilent = true; // a later WaitToReadAsync goes on where this one was, half a line included
        }
        #endregion

        await silence;
        await pipe.Writer.WriteAsync("o\n"u8.ToArray(), cancellationToken);
        Assert.True(await reader.WaitToReadAsync(cancellationToken));
        Assert.True(reader.TryRead(out ReadOnlySpan<byte> second));
        Handle(second);
        Assert.True(isSilent);
        Assert.Equal(["one", "two"], lines);
    }
}
