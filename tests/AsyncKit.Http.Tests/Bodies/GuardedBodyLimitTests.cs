using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>How large a body may be, and become.</summary>
public class GuardedBodyLimitTests
{
    private const int MiB = 1024 * 1024;

    private static readonly byte[] _zeros = new byte[MiB];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public void ABomb_IsStoppedBehindTheFloor_AndCostsNoMemory(string coding)
    {
        byte[] bomb = Bomb(coding);
        using var wire = new MemoryStream(bomb);
        using Stream body = Guarded.Over(wire, coding);
        var buffer = new byte[MiB];
        var came = 0L;

        long before = GC.GetAllocatedBytesForCurrentThread();
        Exception? failure = Record.Exception(() =>
        {
            while (body.Read(buffer) is > 0 and var read) came += read;
        });
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        Assert.Equal("BodyBombException", failure?.GetType().Name);
        Assert.Contains("more than 200 times", failure!.Message, StringComparison.Ordinal);
        Assert.InRange(came, (10 * MiB) - buffer.Length, 10 * MiB);
        Assert.InRange(allocated, 0, MiB / 4);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    public async Task ABombThatIsReadIntoMemory_TakesNotMuchMoreThanTheFloor(string coding)
    {
        using var content = new ByteArrayContent(Bomb(coding)) { Headers = { { "Content-Encoding", coding } } };

        long before = GC.GetAllocatedBytesForCurrentThread();
        Task<byte[]> read = Guarded.ReadAsync(content, new FetchBodyOptions()).AsTask();
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        IOException failure = await Assert.ThrowsAnyAsync<IOException>(() => read);

        Assert.Equal("BodyBombException", failure.GetType().Name);
        Assert.InRange(allocated, 0, 48 * MiB);
    }

    [Fact]
    public async Task ABombInABomb_IsStopped_EvenWhenNothingOfItWouldComeOut()
    {
        byte[] nothings = Packing.Repeat(Packing.Pack([], "gzip"), 15 * MiB / 20);
        byte[] packed = Packing.Pack(nothings, "br");
        Assert.InRange(packed.Length, 1, 10_000);

        await using Stream body = Guarded.Over(new MemoryStream(packed), "gzip, br");
        IOException failure = await Assert.ThrowsAnyAsync<IOException>(
            () => body.ReadAsync(new byte[100], TestToken).AsTask());

        Assert.Equal("BodyBombException", failure.GetType().Name);
    }

    [Theory]
    [InlineData(100_000, 10, true)]
    [InlineData(99_999, 10, false)]
    [InlineData(1, 10_000, true)]
    public async Task TheRatio_IsLookedAtAboveTheFloorOnly(int floor, int ratio, bool passes)
    {
        byte[] packed = Packing.Pack(new byte[100_000], "gzip");
        var options = new FetchBodyOptions { RatioFloorBytes = floor, MaxDecompressionRatio = ratio };
        await using Stream body = Guarded.Over(new MemoryStream(packed), "gzip", options);

        Exception? failure = await Record.ExceptionAsync(() => body.CopyToAsync(Stream.Null, TestToken));

        Assert.Equal(passes ? null : "BodyBombException", failure?.GetType().Name);
    }

    [Fact]
    public async Task AnUncodedBody_HasNoRatio()
    {
        var options = new FetchBodyOptions { RatioFloorBytes = 0, MaxDecompressionRatio = 1 };
        await using Stream body = Guarded.Over(new MemoryStream(_zeros), options: options);

        await body.CopyToAsync(Stream.Null, TestToken);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("br")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task Pitfall15_TheLimitCountsWhatComesOut_OfStreamsToo(string coding)
    {
        byte[] packed = coding is "identity" ? new byte[5_000] : Packing.Pack(new byte[5_000], coding);

        await using Stream fits = Guarded.Over(new MemoryStream(packed), coding, maxBytes: 5_000);
        await fits.CopyToAsync(Stream.Null, TestToken);

        await using Stream larger = Guarded.Over(new MemoryStream(packed), coding, maxBytes: 4_999);
        IOException failure = await Assert.ThrowsAnyAsync<IOException>(
            () => larger.CopyToAsync(Stream.Null, TestToken));
        Assert.Equal("BodyTooLargeException", failure.GetType().Name);
        Assert.Contains("larger than 4999 bytes", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pitfall26_ABodyOverTheLimit_Fails_AndNoReadSaysThatItEnded()
    {
        await using Stream body = Guarded.Over(new MemoryStream(new byte[100]), maxBytes: 60);
        var buffer = new byte[50];

        Assert.Equal(50, await body.ReadAsync(buffer, TestToken));
        for (var i = 0; i < 3; i++)
        {
            IOException failure = await Assert.ThrowsAnyAsync<IOException>(
                () => body.ReadAsync(buffer, TestToken).AsTask());
            Assert.Equal("BodyTooLargeException", failure.GetType().Name);
        }
    }

    [Fact]
    public void ABodyThatPromisesMoreThanTheLimit_IsNotReadAtAll()
    {
        using var wire = new MemoryStream(new byte[100]);

        IOException failure = Assert.ThrowsAny<IOException>(() => Guarded.Over(wire, maxBytes: 99, length: 100));

        Assert.Equal("BodyTooLargeException", failure.GetType().Name);
        Assert.Equal(0, wire.Position);
    }

    [Theory]
    [InlineData(9, HttpRequestError.InvalidResponse)]
    [InlineData(10, null)]
    [InlineData(11, HttpRequestError.ResponseEnded)]
    public async Task Pitfall14_ABody_IsAsLongAsItsHeaderPromised(int promised, HttpRequestError? error)
    {
        foreach (string? coding in (string?[])[null, "gzip"])
        {
            byte[] wire = coding is null ? new byte[10] : Packing.Pack(new byte[1_000], coding);
            await using Stream body = Guarded.Over(
                new MemoryStream(wire), coding, length: wire.Length - 10 + promised);

            Exception? failure = await Record.ExceptionAsync(() => body.CopyToAsync(Stream.Null, TestToken));

            Assert.Equal(error, (failure as HttpIOException)?.HttpRequestError);
            Assert.Equal(error is null, failure is null);
        }
    }

    [Fact]
    public async Task WhatTheTransportThrows_IsThrown()
    {
        var fault = new IOException("The cable was pulled.");
        foreach (string? coding in (string?[])[null, "gzip", "br", "deflate"])
        {
            byte[] wire = coding is null ? new byte[10] : Packing.Pack(new byte[1_000], coding);
            await using Stream body = Guarded.Over(
                new FaultyStream(new MemoryStream(wire), StreamFaults.None.FailReadsAt(5, fault)), coding);

            Assert.Same(
                fault, await Assert.ThrowsAsync<IOException>(() => body.CopyToAsync(Stream.Null, TestToken)));
        }
    }

    // A server needs 200 kB for 200 MB of gzip.
    private static byte[] Bomb(string coding)
    {
        byte[] bomb = coding is "gzip"
            ? Packing.Repeat(Packing.Pack(_zeros, "gzip"), 200)
            : Packing.Pack(new byte[32 * MiB], coding);
        Assert.InRange(bomb.Length, 1, 250_000);
        return bomb;
    }
}
