using System.Net.Sockets;

namespace AsyncKit.Testing.Tests.Streams;

public sealed class DuplexPairTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ManualTimeProvider _time = new();
    private readonly byte[] _buffer = new byte[100];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WhatOneEndWrites_TheOtherReads_InBothDirections()
    {
        (DuplexStream client, DuplexStream server) = new DuplexPair();

        await client.WriteAsync("ping"u8.ToArray(), TestToken);
        await server.WriteAsync("pong!"u8.ToArray(), TestToken);

        Assert.Equal("ping", await ReadAsync(server));
        Assert.Equal("pong!", await ReadAsync(client));
    }

    [Fact]
    public async Task ReadThatWaits_GetsWhatComes()
    {
        using var pair = new DuplexPair();
        Task<string> read = ReadAsync(pair.Server);

        Assert.False(read.IsCompleted);
        await pair.Client.WriteAsync("a"u8.ToArray(), TestToken);
        await pair.Client.WriteAsync("b"u8.ToArray(), TestToken);

        Assert.Equal("a", await read);
        Assert.Equal("b", await ReadAsync(pair.Server));
    }

    [Fact]
    public async Task Latency_DelaysEachByte_ButNotTheWriter()
    {
        using var pair = new DuplexPair(new LinkOptions { Latency = 2 * _second }, _time);
        Task<string> first = ReadAsync(pair.Server);

        Assert.True(pair.Client.WriteAsync("a"u8.ToArray(), TestToken).IsCompletedSuccessfully);
        _time.Advance(_second);
        Assert.True(pair.Client.WriteAsync("b"u8.ToArray(), TestToken).IsCompletedSuccessfully);
        Assert.False(first.IsCompleted);
        _time.Advance(_second);

        Assert.True(first.IsCompleted);
        Assert.Equal("a", await first);
        Task<string> second = ReadAsync(pair.Server);
        Assert.False(second.IsCompleted);
        pair.Client.CompleteWrites();
        _time.Advance(_second);
        Assert.Equal("b", await second);
        Task<string> end = ReadAsync(pair.Server);
        Assert.False(end.IsCompleted);
        _time.Advance(_second);
        Assert.Equal("", await end);
    }

    [Fact]
    public async Task BytesPerSecond_CarriesPieceAfterPiece()
    {
        using var pair = new DuplexPair(new LinkOptions { BytesPerSecond = 2, MaxChunk = 4 }, _time);
        await pair.Client.WriteAsync("123456"u8.ToArray(), TestToken);
        List<(double At, string Text)> read = [];

        Task reading = ReadAllAsync();
        _time.Advance(10 * _second);

        Assert.True(reading.IsCompleted);
        await reading;
        Assert.Equal([(2, "1234"), (3, "56")], read);

        async Task ReadAllAsync()
        {
            while (read.Count < 2)
            {
                int count = await pair.Server.ReadAsync(_buffer, TestToken).ConfigureAwait(false);
                read.Add(((_time.GetUtcNow() - _time.Start).TotalSeconds, Text(count)));
            }
        }
    }

    [Fact]
    public async Task MaxChunk_GivesOneByteAtATime()
    {
        using var pair = new DuplexPair(new LinkOptions { MaxChunk = 1 });
        await pair.Client.WriteAsync("ab"u8.ToArray(), TestToken);

        Assert.Equal("a", await ReadAsync(pair.Server));
        Assert.Equal("b", await ReadAsync(pair.Server));
    }

    [Fact]
    public async Task CompleteWrites_EndsOneDirection_AndLeavesTheOther()
    {
        using var pair = new DuplexPair();
        await pair.Client.WriteAsync("last"u8.ToArray(), TestToken);

        pair.Client.CompleteWrites();
        pair.Client.CompleteWrites();

        Assert.Equal("last", await ReadAsync(pair.Server));
        Assert.Equal("", await ReadAsync(pair.Server));
        Assert.Equal("", await ReadAsync(pair.Server));
        await pair.Server.WriteAsync("answer"u8.ToArray(), TestToken);
        Assert.Equal("answer", await ReadAsync(pair.Client));
        Assert.Throws<InvalidOperationException>(() => { _ = WriteAsync(pair.Client, "more"); });
    }

    [Fact]
    public async Task CutAfter_CarriesSoManyBytes_ThenBothDirectionsAreReset()
    {
        using var pair = new DuplexPair(new LinkOptions { CutAfter = 3 }, new LinkOptions());
        Task<string> waiting = ReadAsync(pair.Client);

        IOException write = await Assert.ThrowsAsync<IOException>(() => WriteAsync(pair.Client, "hello"));

        Assert.Equal("hel", await ReadAsync(pair.Server));
        IOException read = await Assert.ThrowsAsync<IOException>(() => ReadAsync(pair.Server));
        await Assert.ThrowsAsync<IOException>(() => waiting);
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(pair.Server, "answer"));
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(pair.Client, "again"));
        foreach (IOException thrown in (IOException[])[write, read])
        {
            var inner = Assert.IsType<SocketException>(thrown.InnerException);
            Assert.Equal(SocketError.ConnectionReset, inner.SocketErrorCode);
        }
    }

    [Fact]
    public async Task CutAfter_AtTheEndOfAWrite_LetsThatWriteSucceed()
    {
        using var pair = new DuplexPair(new LinkOptions { CutAfter = 3 }, new LinkOptions());

        await WriteAsync(pair.Client, "hel");

        await Assert.ThrowsAsync<IOException>(() => WriteAsync(pair.Client, "lo"));
        Assert.Equal("hel", await ReadAsync(pair.Server));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(pair.Server));
        using var broken = new DuplexPair(new LinkOptions { CutAfter = 0 });
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(broken.Client));
    }

    [Fact]
    public async Task Cut_FailsWhatWaits()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 1 });
        Task<string> read = ReadAsync(pair.Client);
        Task write = WriteAsync(pair.Client, "hello");

        pair.Cut();
        pair.Cut();

        await Assert.ThrowsAsync<IOException>(() => read);
        await Assert.ThrowsAsync<IOException>(() => write);
        Assert.Equal("h", await ReadAsync(pair.Server));
        await Assert.ThrowsAsync<IOException>(() => ReadAsync(pair.Server));
    }

    [Fact]
    public async Task FullBuffer_MakesTheWriterWait_UntilThereIsRoom()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 2 });
        Assert.True(WriteAsync(pair.Client, "ab").IsCompletedSuccessfully);
        Task write = WriteAsync(pair.Client, "cde");

        Assert.Equal("ab", await ReadAsync(pair.Server));
        Assert.False(write.IsCompleted);
        Assert.Equal("cd", await ReadAsync(pair.Server));

        await write;
        Assert.Equal("e", await ReadAsync(pair.Server));
    }

    [Fact]
    public async Task Lockstep_CompletesAWriteWhenAllOfItWasRead()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 0 });
        Task write = WriteAsync(pair.Client, "abc");

        Assert.Equal(2, await pair.Server.ReadAsync(_buffer.AsMemory(0, 2), TestToken));
        Assert.False(write.IsCompleted);
        Assert.Equal("c", await ReadAsync(pair.Server));

        await write;
        Task<string> waiting = ReadAsync(pair.Server);
        await WriteAsync(pair.Client, "d");
        Assert.Equal("d", await waiting);
    }

    [Fact]
    public async Task CancelledRead_HasTakenNothing()
    {
        using var pair = new DuplexPair();
        using var caller = new CancellationTokenSource();
        Task<int> read = pair.Server.ReadAsync(_buffer, caller.Token).AsTask();

        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        await WriteAsync(pair.Client, "a");
        Assert.Equal("a", await ReadAsync(pair.Server));
    }

    [Fact]
    public async Task CancelledWrite_HasWrittenWhatHasAPlace_AndNothingMore()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 2 }, new LinkOptions { BufferSize = 0 });
        using var caller = new CancellationTokenSource();
        Task bounded = pair.Client.WriteAsync("abc"u8.ToArray(), caller.Token).AsTask();
        Task lockstep = pair.Server.WriteAsync("abc"u8.ToArray(), caller.Token).AsTask();
        Assert.Equal(1, await pair.Client.ReadAsync(_buffer.AsMemory(0, 1), TestToken));

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bounded);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => lockstep);
        pair.Client.CompleteWrites();
        pair.Server.CompleteWrites();
        Assert.Equal("ab", await ReadAsync(pair.Server));
        Assert.Equal("", await ReadAsync(pair.Server));
        Assert.Equal("", await ReadAsync(pair.Client));
    }

    [Fact]
    public async Task CancelledWrite_DoesNotHoldUpTheNext()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 0, BytesPerSecond = 1 }, _time);
        using var caller = new CancellationTokenSource();
        Task<string> read = ReadAsync(pair.Server);
        Task cancelled = pair.Client.WriteAsync("a long text"u8.ToArray(), caller.Token).AsTask();
        await caller.CancelAsync();

        Task write = WriteAsync(pair.Client, "b");
        _time.Advance(_second);

        Assert.True(cancelled.IsCanceled);
        Assert.True(read.IsCompleted && write.IsCompleted);
        Assert.Equal("b", await read);
    }

    [Fact]
    public async Task WithoutDelays_WhatWaited_DoesNotGoOnInsideTheCallOfTheOtherEnd()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 0 });
        var caller = 0;
        Task<bool> read = GoOnAsync(pair.Server.ReadAsync(_buffer, TestToken).AsTask());
        Task<bool> write = GoOnAsync(pair.Server.WriteAsync("b"u8.ToArray(), TestToken).AsTask());

        caller = Environment.CurrentManagedThreadId;
        pair.Client.WriteAsync("a"u8.ToArray(), TestToken).GetAwaiter();
        pair.Client.ReadAsync(_buffer.AsMemory(50), TestToken).GetAwaiter();
        caller = 0;

        Assert.False(await read);
        Assert.False(await write);

        async Task<bool> GoOnAsync(Task waiting)
        {
            await waiting.ConfigureAwait(false);
            return caller == Environment.CurrentManagedThreadId;
        }
    }

    [Fact]
    public async Task ATokenCancelledBeforeTheCall_GivesACancelledTask()
    {
        using var pair = new DuplexPair();
        await WriteAsync(pair.Client, "a");
        var cancelled = new CancellationToken(canceled: true);

        Assert.True(pair.Server.ReadAsync(_buffer, cancelled).IsCanceled);
        Assert.True(pair.Client.WriteAsync(_buffer, cancelled).IsCanceled);
        Assert.Equal("a", await ReadAsync(pair.Server));
    }

    [Fact]
    public async Task Dispose_GivesTheOtherEndWhatWasWritten_ThenTheEnd_AndFailsItsWrites()
    {
        var pair = new DuplexPair(new LinkOptions { BufferSize = 4 });
        await WriteAsync(pair.Client, "last");
        Task answer = WriteAsync(pair.Server, "too long");
        Task<string> own = ReadAsync(pair.Client);
        Assert.Equal("too ", await own);
        own = ReadAsync(pair.Client);
        Assert.Equal("long", await own);
        await answer;
        answer = WriteAsync(pair.Server, "too long");

        await pair.Client.DisposeAsync();

        await Assert.ThrowsAsync<IOException>(() => answer);
        Assert.Equal("last", await ReadAsync(pair.Server));
        Assert.Equal("", await ReadAsync(pair.Server));
        await Assert.ThrowsAsync<IOException>(() => WriteAsync(pair.Server, "a"));
        Assert.Throws<ObjectDisposedException>(() => { _ = ReadAsync(pair.Client); });
        Assert.Throws<ObjectDisposedException>(() => { _ = WriteAsync(pair.Client, "a"); });
        Assert.Throws<ObjectDisposedException>(pair.Client.CompleteWrites);
        pair.Dispose();
    }

    [Fact]
    public async Task Dispose_FailsTheOwnReadThatWaits()
    {
        using var pair = new DuplexPair();
        Task<string> read = ReadAsync(pair.Client);

        await pair.Client.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => read);
    }

    [Fact]
    public void ASecondReadOrWriteAtATime_IsRefused()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 0 });
        _ = ReadAsync(pair.Client);
        _ = WriteAsync(pair.Client, "a");

        Assert.Throws<InvalidOperationException>(() => { _ = ReadAsync(pair.Client); });
        Assert.Throws<InvalidOperationException>(() => { _ = WriteAsync(pair.Client, "b"); });
    }

    [Fact]
    public void BlockingCalls_AreServedWhenTheyNeedNotWait_AndRefusedElse()
    {
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 2 });

        Assert.Throws<NotSupportedException>(() => pair.Server.Read(_buffer));
        pair.Client.Write("ab"u8);
        Assert.Throws<NotSupportedException>(() => pair.Client.Write("c"u8));
        Assert.Equal(2, pair.Server.Read(_buffer, 0, 100));
        pair.Client.Write([1], 0, 1);
        pair.Client.Dispose();
        Assert.Equal(1, pair.Server.Read(_buffer));
        Assert.Equal(0, pair.Server.Read(_buffer));
        Assert.Throws<IOException>(() => pair.Server.Write("a"u8));
    }

    [Fact]
    public async Task AnEmptyRead_WaitsForSomething_AndTakesNothing()
    {
        using var pair = new DuplexPair();
        Task<int> read = pair.Server.ReadAsync(Memory<byte>.Empty, TestToken).AsTask();

        Assert.False(read.IsCompleted);
        await WriteAsync(pair.Client, "a");

        Assert.Equal(0, await read);
        Assert.Equal("a", await ReadAsync(pair.Server));
    }

    [Fact]
    public async Task TwoEndsThatAnswerEachOther_GoNoDeeper()
    {
        const int Rounds = 20_000;
        using var pair = new DuplexPair();

        await Task.WhenAll(PlayAsync(pair.Client, starts: true), PlayAsync(pair.Server, starts: false));

        static async Task PlayAsync(DuplexStream end, bool starts)
        {
            var ball = new byte[1];
            if (starts) await end.WriteAsync(ball, TestToken).ConfigureAwait(false);
            for (var i = 0; i < Rounds; i++)
            {
                Assert.Equal(1, await end.ReadAsync(ball, TestToken).ConfigureAwait(false));
                await end.WriteAsync(ball, TestToken).ConfigureAwait(false);
            }
        }
    }

    [Fact]
    public async Task ManyBytes_ArriveWholeAndInOrder_ThroughSmallBuffersAndChunks()
    {
        byte[] sent = [.. Enumerable.Range(0, 10_000).Select(i => (byte)i)];
        using var pair = new DuplexPair(new LinkOptions { BufferSize = 7, MaxChunk = 3 });
        using var received = new MemoryStream();

        Task copy = pair.Server.CopyToAsync(received, TestToken);
        for (var i = 0; i < sent.Length; i += 100)
            await pair.Client.WriteAsync(sent.AsMemory(i, 100), TestToken);
        pair.Client.CompleteWrites();
        await copy;

        Assert.Equal(sent, received.ToArray());
    }

    [Fact]
    public void OptionsOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkOptions { Latency = -_second });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkOptions { BytesPerSecond = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkOptions { MaxChunk = 0 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkOptions { CutAfter = -1 });
        Assert.Throws<ArgumentOutOfRangeException>(() => new LinkOptions { BufferSize = -1 });
    }

    private static Task WriteAsync(Stream stream, string text) =>
        stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(text), TestToken).AsTask();

    // Calls at once, so that what the call throws is not in the task.
    private Task<string> ReadAsync(Stream stream)
    {
        ValueTask<int> read = stream.ReadAsync(_buffer, TestToken);
        return ToTextAsync();

        async Task<string> ToTextAsync() => Text(await read.ConfigureAwait(false));
    }

    private string Text(int count) => System.Text.Encoding.ASCII.GetString(_buffer, 0, count);
}
