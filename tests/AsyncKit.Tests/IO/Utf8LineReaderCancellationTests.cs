using System.IO.Pipelines;
using System.Text;
using AsyncKit.IO;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.IO;

/// <summary>A wait that is cancelled ends, whatever the system does, and nothing is lost by it.</summary>
[Collection(typeof(Alone))]
public sealed class Utf8LineReaderCancellationTests : IDisposable
{
    // Ten times what is promised.
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(500);

    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task CancelledBeforeTheCall_NothingIsOpened()
    {
        await using var reader = new Utf8LineReader(_folder.PathOf("missing"));

        var cancelled = await Assert.ThrowsAsync<TaskCanceledException>(
            async () => await reader.WaitToReadAsync(new CancellationToken(canceled: true)));

        Assert.True(cancelled.CancellationToken.IsCancellationRequested);
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await reader.WaitToReadAsync(TestToken));
    }

    [Fact]
    public async Task AStreamThatKnowsNoCancellation_IsLeftAlone_AndWhatItGivesIsNotLost()
    {
        var stream = new HangingStream();
        await using var reader = new Utf8LineReader(stream);
        using var cancellation = new CancellationTokenSource();
        Task<bool> waiting = reader.WaitToReadAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        var cancelled =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(_soon, TestToken));
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        stream.Give("first\n"u8.ToArray());
        Assert.True(await reader.WaitToReadAsync(TestToken));
        Assert.True(reader.TryRead(out ReadOnlySpan<byte> line));
        Assert.Equal("first", Encoding.UTF8.GetString(line));
    }

    [Fact]
    public async Task ADisposeAfterACancelledWait_ClosesTheStreamWhenItsReadHasEnded()
    {
        var stream = new HangingStream();
        var reader = new Utf8LineReader(stream);
        using var cancellation = new CancellationTokenSource();
        Task<bool> waiting = reader.WaitToReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);

        await reader.DisposeAsync();
        Assert.False(stream.IsDisposed);
        stream.Give("late"u8.ToArray());

        await stream.Disposed.WaitAsync(TimeSpan.FromSeconds(10), TestToken);
    }

    [Fact]
    public async Task APipe_IsCalledBack_AndGivesTheNextCallWhatComes()
    {
        var pipe = new Pipe();
        await using var reader = new Utf8LineReader(pipe.Reader);
        using var cancellation = new CancellationTokenSource();
        Task<bool> waiting = reader.WaitToReadAsync(cancellation.Token).AsTask();
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(_soon, TestToken));

        await pipe.Writer.WriteAsync("line\n"u8.ToArray(), TestToken);

        Assert.True(await reader.WaitToReadAsync(TestToken));
    }

    [Fact]
    public async Task PitfallOfCancellation_APipeInTheFileSystem_IsLeftSoon_AlsoWhenNobodyHasOpenedItsOtherEnd()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Pipes in the file system are those of Unix.");
        string path = await NamedPipe.CreateAsync(_folder);
        await using var reader = new Utf8LineReader(path);

        await CancelsSoonAsync(reader);
        await using (FileStream other = await OpenOtherEndAsync(path))
        {
            Assert.True(await LineComesAsync(reader, other, "first\nsec", "first"));
            await CancelsSoonAsync(reader);
            Assert.True(await LineComesAsync(reader, other, "ond\n", "second"));
        }

        Assert.False(await reader.WaitToReadAsync(TestToken));
    }

    [Fact]
    public async Task PitfallOfCancellation_LinesThatHaveBeenRead_AreNotGivenAfterIt()
    {
        string path = _folder.Write("text", "1\n2\n3\n4\n5\n");
        using var cancellation = new CancellationTokenSource();
        var given = new List<string>();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string line in TextFile.ReadLinesAsync(path, cancellationToken: cancellation.Token))
            {
                given.Add(line);
                if (given.Count is 2) await cancellation.CancelAsync();
            }
        });

        Assert.Equal(["1", "2"], given);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
    }

    [Fact]
    public async Task AnEnumerationHasTwoTokens_AndEachEndsIt()
    {
        string path = _folder.Write("text", "1\n2\n3\n");
        foreach (bool isOfCall in (bool[])[true, false])
        {
            using var ofCall = new CancellationTokenSource();
            using var ofLoop = new CancellationTokenSource();
            await using IAsyncEnumerator<string> lines =
                TextFile.ReadLinesAsync(path, cancellationToken: ofCall.Token).GetAsyncEnumerator(ofLoop.Token);
            Assert.True(await lines.MoveNextAsync());

            await (isOfCall ? ofCall : ofLoop).CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await lines.MoveNextAsync());
        }
    }

    [Fact]
    public async Task ALoopThatIsLeftEarly_LeavesNoFileOpen_AndNoBufferOut()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Open files are counted in /proc.");
        string path = _folder.Write("text", string.Join('\n', Enumerable.Range(0, 300_000)));
        using var buffers = new PooledBuffers();
        for (var i = 0; i < 20; i++)
        {
            var left = i * 10_000;
            await foreach (ReadOnlyMemory<byte> line in TextFile.ReadUtf8LinesAsync(path))
            {
                if (left-- is 0) break;
            }
        }

        Assert.DoesNotContain(path, OpenFiles.Paths());
        Assert.True(buffers.Rented >= 20);
        Assert.Equal(0, buffers.Out);
    }

    private static async Task CancelsSoonAsync(Utf8LineReader reader)
    {
        using var cancellation = new CancellationTokenSource();
        Task<bool> waiting = reader.WaitToReadAsync(cancellation.Token).AsTask();
        Assert.False(waiting.IsCompleted);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(_soon, TestToken));
    }

    // The open of the reader that was given up may be what the first of these opens meets, so it is kept open
    // meanwhile.
    private static Task<FileStream> OpenOtherEndAsync(string path) => Task.Run(
        () => new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), TestToken);

    private static async Task<bool> LineComesAsync(Utf8LineReader reader, FileStream other, string sent, string line)
    {
        ValueTask<bool> waiting = reader.WaitToReadAsync(TestToken);
        await other.WriteAsync(Encoding.UTF8.GetBytes(sent), TestToken);
        return await waiting && reader.TryRead(
            out ReadOnlySpan<byte> read) && read.SequenceEqual(Encoding.UTF8.GetBytes(line));
    }
}
