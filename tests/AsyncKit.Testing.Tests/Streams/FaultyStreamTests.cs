namespace AsyncKit.Testing.Tests.Streams;

public sealed class FaultyStreamTests : IDisposable
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly InvalidDataException _planned = new("planned");

    private readonly ManualTimeProvider _time = new();
    private readonly MemoryStream _inner = new();
    private readonly byte[] _buffer = new byte[100];

    public FaultyStreamTests()
    {
        _inner.Write("0123456789"u8);
        _inner.Position = 0;
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _inner.Dispose();

    [Fact]
    public async Task WithoutFaults_ItDoesWhatTheStreamInsideDoes()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None);

        Assert.Equal("0123456789", await ReadAsync(stream));
        Assert.Equal("", await ReadAsync(stream));
        await stream.WriteAsync("ab"u8.ToArray(), TestToken);
        Assert.Equal(2, stream.Seek(2, SeekOrigin.Begin));
        stream.SetLength(4);
        Assert.Equal((4L, 2L), (stream.Length, stream.Position));
        Assert.Equal("23", await ReadAsync(stream));
        Assert.True(stream.CanRead && stream.CanWrite && stream.CanSeek);
    }

    [Fact]
    public async Task FailRead_FailsThatOne_AndReadsNothingByIt()
    {
        await using FaultyStream stream =
            Faulty(StreamFaults.None.ShortReads(4).FailRead(2).FailRead(3, _planned));

        Assert.Equal("0123", await ReadAsync(stream));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(stream));
        Assert.Same(_planned, await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(stream)));
        Assert.Equal("4567", await ReadAsync(stream));
    }

    [Fact]
    public async Task FailReadsAt_GivesWhatComesBefore_ThenFailsEveryRead()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.FailReadsAt(4, _planned));

        Assert.Equal("0123", await ReadAsync(stream));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(stream));
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(stream));
    }

    [Fact]
    public async Task FailWrite_FailsThatOne_AndWritesNothingByIt()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.FailWrite(1));

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(stream, "ab"));
        await WriteAsync(stream, "cd");

        Assert.StartsWith("cd23", Written, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FailWritesAt_WritesWhatComesBefore_ThenFails_AsAFullDisk()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.FailWritesAt(3));

        await WriteAsync(stream, "ab");
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(stream, "cd"));
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(stream, "e"));

        Assert.Equal("abc3456789", Written);
    }

    [Fact]
    public async Task StallReadsAt_WaitsUntilCancelled()
    {
        using var caller = new CancellationTokenSource();
        await using FaultyStream stream = Faulty(StreamFaults.None.StallReadsAt(4));
        Assert.Equal("0123", await ReadAsync(stream));

        Task<int> read = stream.ReadAsync(_buffer, caller.Token).AsTask();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(read.IsCompleted);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task StallWritesAt_WritesWhatComesBefore_AndWaitsUntilCancelled()
    {
        using var caller = new CancellationTokenSource();
        await using FaultyStream stream = Faulty(StreamFaults.None.StallWritesAt(1));

        Task write = stream.WriteAsync("ab"u8.ToArray(), caller.Token).AsTask();
        Assert.False(write.IsCompleted);
        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => write);
        Assert.Equal("a123456789", Written);
    }

    [Fact]
    public async Task Delays_RunOnTheClock_AndCodeGoesOnInsideItsMove()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.DelayReads(_second).DelayWrites(2 * _second));

        Task<string> read = ReadAsync(stream);
        Assert.False(read.IsCompleted);
        _time.Advance(_second);
        Assert.True(read.IsCompleted);
        Assert.Equal("0123456789", await read);
        Task write = WriteAsync(stream, "ab");
        _time.Advance(_second);
        Assert.Equal(10, _inner.Length);
        _time.Advance(_second);

        Assert.True(write.IsCompleted);
        Assert.Equal(12, _inner.Length);
    }

    [Fact]
    public async Task Delay_Cancelled_ReadsNothing()
    {
        using var caller = new CancellationTokenSource();
        await using FaultyStream stream = Faulty(StreamFaults.None.DelayReads(_second));
        Task<int> read = stream.ReadAsync(_buffer, caller.Token).AsTask();

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(0, _inner.Position);
    }

    [Fact]
    public async Task EndAt_TruncatesWhatIsRead()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.EndAt(3));

        Assert.Equal("012", await ReadAsync(stream));
        Assert.Equal("", await ReadAsync(stream));
    }

    [Fact]
    public async Task CorruptAt_TurnsBitsOfThatByteRound()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.ShortReads(3).CorruptAt(4, 0x01).CorruptAt(0, 0x02));

        Assert.Equal("212", await ReadAsync(stream));
        Assert.Equal("355", await ReadAsync(stream));
        Assert.Equal("678", await ReadAsync(stream));
    }

    [Fact]
    public async Task FailFlush_FailsEveryFlush()
    {
        await using FaultyStream stream = Faulty(StreamFaults.None.FailFlush());

        await Assert.ThrowsAsync<IOException>(() => stream.FlushAsync(TestToken));
        Assert.Throws<IOException>(() => Flush(stream));
    }

    [Fact]
    public async Task FailDispose_FailsOnce_AfterTheStreamInsideIsDisposedOf()
    {
        FaultyStream stream = Faulty(StreamFaults.None.FailDispose(_planned));

        await Assert.ThrowsAsync<InvalidDataException>(() => stream.DisposeAsync().AsTask());
        await stream.DisposeAsync();

        Assert.False(_inner.CanRead);
        using var other = new MemoryStream();
        Assert.Throws<InvalidDataException>(new FaultyStream(other, StreamFaults.None.FailDispose(_planned)).Dispose);
        Assert.False(other.CanRead);
    }

    [Fact]
    public void BlockingCalls_HaveTheSameFaults_AndAreRefusedWhereTheyWouldWait()
    {
        StreamFaults faults = StreamFaults.None.FailRead(2, _planned).StallReadsAt(4).FailWritesAt(1, _planned);
        using FaultyStream stream = Faulty(faults);
        using FaultyStream slow = Faulty(StreamFaults.None.DelayReads(_second).DelayWrites(_second));

        Assert.Equal(4, stream.Read(_buffer, 0, 100));
        Assert.Throws<InvalidDataException>(() => stream.Read(_buffer));
        Assert.Throws<NotSupportedException>(() => stream.Read(_buffer));
        Assert.Throws<InvalidDataException>(() => stream.Write([1, 2], 0, 2));
        Assert.Equal(5, _inner.Position);
        Assert.Throws<NotSupportedException>(() => slow.Read(_buffer));
        Assert.Throws<NotSupportedException>(() => slow.Write("a"u8));
    }

    [Fact]
    public async Task APlan_IsNotChangedByWhatIsMadeOfIt()
    {
        StreamFaults plan = StreamFaults.None.ShortReads(2);
        _ = plan.FailRead(1).EndAt(0).CorruptAt(0);

        Assert.Equal("01", await ReadAsync(Faulty(plan)));
        Assert.Equal("23", await ReadAsync(Faulty(plan)));
    }

    [Fact]
    public void NumbersOutOfRange_AreRefused()
    {
        StreamFaults plan = StreamFaults.None;

        Assert.Throws<ArgumentOutOfRangeException>("number", () => plan.FailRead(0));
        Assert.Throws<ArgumentOutOfRangeException>("number", () => plan.FailWrite(0));
        Assert.Throws<ArgumentOutOfRangeException>("offset", () => plan.EndAt(-1));
        Assert.Throws<ArgumentOutOfRangeException>("count", () => plan.ShortReads(0));
        Assert.Throws<ArgumentOutOfRangeException>("delay", () => plan.DelayReads(-_second));
    }

    private string Written => System.Text.Encoding.ASCII.GetString(_inner.ToArray());

    private static void Flush(Stream stream) => stream.Flush();

    private static Task WriteAsync(Stream stream, string text) =>
        stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), TestToken).AsTask();

    private FaultyStream Faulty(StreamFaults faults) => new(_inner, faults, _time);

    private async Task<string> ReadAsync(Stream stream)
    {
        int count = await stream.ReadAsync(_buffer, TestToken).ConfigureAwait(false);
        return System.Text.Encoding.ASCII.GetString(_buffer, 0, count);
    }
}
