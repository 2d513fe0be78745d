using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>How long a body may be silent, how slow, and who is blamed for it.</summary>
public sealed class GuardedBodyTimeTests : IDisposable
{
    // A link with a latency: who reads from it goes on inside the move of the clock.
    private static readonly TimeSpan _latency = TimeSpan.FromMilliseconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly DuplexPair _wire;
    private readonly byte[] _buffer = new byte[1_000];

    public GuardedBodyTimeTests() => _wire = new DuplexPair(new LinkOptions { Latency = _latency }, _time);

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _wire.Dispose();

    [Theory]
    [InlineData(null)]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task Pitfall1_ABodyThatStalls_FailsWhenTheIdleTimeoutHasPassed(string? coding)
    {
        byte[] bytes = coding is null ? new byte[100] : Packing.Pack(_buffer, coding);
        await using Stream body = Open(coding: coding);
        await SendAsync(bytes.AsMemory(0, 8));
        Task copy = body.CopyToAsync(Stream.Null, TestToken);

        _time.Advance(TimeSpan.FromSeconds(29.9));
        Assert.False(copy.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(0.1));

        IOException failure = await Assert.ThrowsAnyAsync<IOException>(() => SoonAsync(copy));
        Assert.Equal("BodyStalledException", failure.GetType().Name);
        Assert.Contains("after 8 bytes: no byte came for 00:00:30", failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<IOException>(() => ReadAsync(body));
    }

    [Fact]
    public async Task EveryByte_BeginsTheTimeAnew()
    {
        await using Stream body = Open();
        for (var i = 0; i < 10; i++)
        {
            Task<int> read = ReadAsync(body);
            _time.Advance(TimeSpan.FromSeconds(29));
            await SendAsync(new byte[1]);
            Assert.Equal(1, await SoonAsync(read));
        }
    }

    [Fact]
    public async Task AReadReturns_AsSoonAsBytesAreThere()
    {
        await using Stream body = Open();
        await SendAsync(new byte[3]);

        Assert.Equal(3, await ReadAsync(body));
        _wire.Server.CompleteWrites();
        _time.Advance(_latency);
        Assert.Equal(0, await ReadAsync(body));
    }

    [Fact]
    public async Task TheTimeBetweenReads_IsTheReadersOwn()
    {
        await using Stream body = Open(new FetchBodyOptions { MinBytesPerSecond = 1_000 });
        for (var i = 0; i < 5; i++)
        {
            Task<int> read = ReadAsync(body);
            await SendAsync(new byte[1]);
            Assert.Equal(1, await SoonAsync(read));
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task ABodyThatDrips_FailsAtTheEndOfTheWindow()
    {
        await using Stream body = Open(Throughput(bytesPerSecond: 100));
        Task copy = body.CopyToAsync(Stream.Null, TestToken);
        var seconds = 0;
        for (; !copy.IsCompleted && seconds < 100; seconds++) await DripAsync(99);

        IOException failure = await Assert.ThrowsAnyAsync<IOException>(() => SoonAsync(copy));
        Assert.Equal("BodyStalledException", failure.GetType().Name);
        Assert.Contains(
            "990 bytes came in 00:00:10, less than 100 bytes a second", failure.Message, StringComparison.Ordinal);
        Assert.Equal(10, seconds);
    }

    [Fact]
    public async Task ABodyThatKeepsTheSpeed_IsReadToItsEnd()
    {
        await using Stream body = Open(Throughput(bytesPerSecond: 100));
        using var bytes = new MemoryStream();
        Task copy = body.CopyToAsync(bytes, TestToken);

        for (var seconds = 0; seconds < 35; seconds++) await DripAsync(100);
        _wire.Server.CompleteWrites();
        _time.Advance(_latency);

        await SoonAsync(copy);
        Assert.Equal(3_500, bytes.Length);
    }

    [Fact]
    public async Task ABodyThatBecomesSlow_FailsToo()
    {
        await using Stream body = Open(Throughput(bytesPerSecond: 100));
        Task copy = body.CopyToAsync(Stream.Null, TestToken);
        for (var seconds = 0; seconds < 10; seconds++) await DripAsync(200);

        for (var seconds = 0; seconds < 10; seconds++) await DripAsync(50);

        IOException failure = await Assert.ThrowsAnyAsync<IOException>(() => SoonAsync(copy));
        Assert.Contains("after 2500 bytes: 500 bytes came", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheCallersCancellation_IsTheCallers_AndTheBodyCanBeReadOn()
    {
        await using Stream body = Open();
        using var cancellation = new CancellationTokenSource();
        Task<int> read = body.ReadAsync(_buffer, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        OperationCanceledException cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => SoonAsync(read));
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => body.ReadAsync(_buffer, cancellation.Token).AsTask());

        read = ReadAsync(body);
        await SendAsync(new byte[2]);
        Assert.Equal(2, await SoonAsync(read));
    }

    [Fact]
    public async Task BytesThatComeAsTheLimitPasses_AreTheAnswer_AndTheNextReadIsNotHarmed()
    {
        await using var stubborn = new StubbornStream();
        await using Stream body = Guarded.Over(stubborn, time: _time);

        Task<int> first = ReadAsync(body);
        _time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, await SoonAsync(first));

        Task<int> second = ReadAsync(body);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(second.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await SoonAsync(second));
    }

    [Fact]
    public async Task OneTimerServesABody_AndNone_WhenNoReadHasToWait()
    {
        var time = new CountingTime(_time);
        await using Stream body = Guarded.Over(_wire.Client, time: time);
        await SendAsync(new byte[10]);
        Assert.Equal(10, await ReadAsync(body));
        Assert.Equal(0, time.Timers);

        for (var i = 0; i < 10; i++)
        {
            Task<int> read = ReadAsync(body);
            _time.Advance(TimeSpan.FromSeconds(20));
            await SendAsync(new byte[1]);
            Assert.Equal(1, await SoonAsync(read));
        }

        Assert.Equal(1, time.Timers);
    }

    [Fact]
    public async Task WithoutLimits_ThereIsNoTimer_AndTheTransportGetsTheCallersToken()
    {
        var time = new CountingTime(_time);
        await using var stubborn = new StubbornStream();
        var options = new FetchBodyOptions { IdleTimeout = Timeout.InfiniteTimeSpan };
        await using Stream body = Guarded.Over(stubborn, options: options, time: time);
        using var cancellation = new CancellationTokenSource();

        Task<int> read = body.ReadAsync(_buffer, cancellation.Token).AsTask();
        Assert.Equal(cancellation.Token, stubborn.LastToken);
        await cancellation.CancelAsync();

        Assert.Equal(1, await SoonAsync(read));
        Assert.Equal(0, time.Timers);
    }

    [Fact]
    public async Task DisposingInTheMiddleOfARead_LeavesNothingBehind()
    {
        Stream body = Open();
        Task<int> read = ReadAsync(body);

        await body.DisposeAsync();

        await Assert.ThrowsAnyAsync<ObjectDisposedException>(() => SoonAsync(read));
        _time.Advance(TimeSpan.FromMinutes(10));
    }

    private static FetchBodyOptions Throughput(long bytesPerSecond) => new()
    {
        MinBytesPerSecond = bytesPerSecond,
        MinThroughputWindow = TimeSpan.FromSeconds(10),
    };

    private Stream Open(FetchBodyOptions? options = null, string? coding = null) =>
        Guarded.Over(_wire.Client, coding, options, time: _time);

    private Task<int> ReadAsync(Stream body) => body.ReadAsync(_buffer, TestToken).AsTask();

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _wire.Server.WriteAsync(bytes, TestToken);
        _time.Advance(_latency);
    }

    private async Task DripAsync(int bytes)
    {
        await SendAsync(new byte[bytes]);
        _time.Advance(TimeSpan.FromSeconds(1) - _latency);
    }

    private static Task SoonAsync(Task work) => work.WaitAsync(TimeSpan.FromSeconds(30), TestToken);

    private static Task<T> SoonAsync<T>(Task<T> work) => work.WaitAsync(TimeSpan.FromSeconds(30), TestToken);
}
