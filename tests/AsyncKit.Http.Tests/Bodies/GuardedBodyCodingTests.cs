using System.Text;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Bodies;

/// <summary>Whatever the coding, and however the bytes come: all of the body, or a failure.</summary>
public class GuardedBodyCodingTests
{
    private static readonly byte[] _page = Encoding.ASCII.GetBytes(
        string.Join('\n', Enumerable.Range(0, 30).Select(i => $"line {i * 7919 % 31}")));

    public static TheoryData<string> Codings { get; } =
        ["gzip", "x-gzip", "br", "deflate", "gzip, br", "deflate, gzip", "br, gzip, deflate"];

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task AWholeBody_ComesOut_HoweverItComesIn_AndIsRead(string codings)
    {
        byte[] packed = Packing.Pack(_page, codings);

        Assert.Equal(_page, await ReadAsync(new MemoryStream(packed), codings, pieceSize: 1_000));
        Assert.Equal(_page, await ReadAsync(InSingleBytes(packed), codings, pieceSize: 1_000));
        Assert.Equal(_page, await ReadAsync(InSingleBytes(packed), codings, pieceSize: 1));
        Assert.Equal(_page, Drain(new MemoryStream(packed), codings, pieceSize: 1_000));
        Assert.Equal(_page, Drain(InSingleBytes(packed), codings, pieceSize: 1));
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task Pitfall14_ABodyThatBreaksOff_IsNeverTakenForWhole_WhereverItBreaks(string codings)
    {
        byte[] packed = Packing.Pack(_page, codings);

        for (var length = 1; length < packed.Length; length++)
        {
            byte[] part = packed[..length];
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(new MemoryStream(part), codings, 1_000));
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(InSingleBytes(part), codings, 1_000));
            Assert.Throws<InvalidDataException>(() => Drain(new MemoryStream(part), codings, 7));
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task ADamagedBody_IsNeverTakenForWhole(string coding)
    {
        byte[] packed = Packing.Pack(_page, coding);
        var found = 0;

        for (var offset = 0; offset < packed.Length; offset++)
        {
            var wire = new FaultyStream(new MemoryStream(packed), StreamFaults.None.CorruptAt(offset));
            try
            {
                // The header of gzip has fields, such as the time of a file, whose damage harms nobody.
                Assert.Equal(_page, await ReadAsync(wire, coding, pieceSize: 1_000));
            }
            catch (InvalidDataException)
            {
                found++;
            }
        }

        Assert.InRange(found, packed.Length - 8, packed.Length);
    }

    [Fact]
    public async Task ADamagedBrotliBody_Fails_OrIsRead_ButNothingElse()
    {
        // Brotli has no checksum.
        byte[] packed = Packing.Pack(_page, "br");

        for (var offset = 0; offset < packed.Length; offset++)
        {
            var wire = new FaultyStream(new MemoryStream(packed), StreamFaults.None.CorruptAt(offset));
            Exception? failure = await Record.ExceptionAsync(() => ReadAsync(wire, "br", pieceSize: 1_000));
            Assert.True(failure is null or InvalidDataException, failure?.ToString());
        }
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task WhatFollowsTheEnd_IsAFailure(string codings)
    {
        byte[][] garbage = [[0], "garbage"u8.ToArray(), new byte[100_000]];
        foreach (byte[] more in garbage)
        {
            byte[] body = [.. Packing.Pack(_page, codings), .. more];
            await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(new MemoryStream(body), codings, 1_000));
            Assert.Throws<InvalidDataException>(() => Drain(InSingleBytes(body[..^(more.Length - 1)]), codings, 1_000));
        }
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task AnEmptyBody_IsEmpty_PackedOrNot(string codings)
    {
        Assert.Empty(await ReadAsync(new MemoryStream(), codings, pieceSize: 10));
        Assert.Empty(await ReadAsync(InSingleBytes(Packing.Pack([], codings)), codings, pieceSize: 10));
        Assert.Empty(Drain(new MemoryStream(Packing.Pack([], codings)), codings, pieceSize: 10));
    }

    [Fact]
    public async Task SeveralMembersOfGzip_AreOneBody()
    {
        byte[] one = [.. Packing.Pack("one, "u8.ToArray(), "gzip"), .. Packing.Pack([], "gzip")];
        byte[] packed = [.. one, .. Packing.Pack("two"u8.ToArray(), "gzip")];

        Assert.Equal("one, two"u8.ToArray(), await ReadAsync(new MemoryStream(packed), "gzip", pieceSize: 100));
        Assert.Equal("one, two"u8.ToArray(), await ReadAsync(InSingleBytes(packed), "gzip", pieceSize: 100));
        await Assert.ThrowsAsync<InvalidDataException>(
            () => ReadAsync(InSingleBytes(packed[..^3]), "gzip", pieceSize: 100));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_000)]
    public async Task RawDeflate_IsRefused_AndTheFailureSaysSo(int mostAtOnce)
    {
        var wire = new FaultyStream(
            new MemoryStream(Packing.Pack(_page, "raw")), StreamFaults.None.ShortReads(mostAtOnce));

        InvalidDataException failure = await Assert.ThrowsAsync<InvalidDataException>(
            () => ReadAsync(wire, "deflate", pieceSize: 100));

        Assert.Contains("raw deflate", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zstd")]
    [InlineData("gzip, zstd")]
    [InlineData("zstd, gzip")]
    [InlineData("identity")]
    public async Task ACodingThatIsNotKnown_LeavesTheBodyAndItsHeadersAsTheyAre(string codings)
    {
        using var content = new StreamContent(new MemoryStream(_page));
        content.Headers.Add("Content-Encoding", codings);
        content.Headers.ContentLength = _page.Length;

        Assert.Equal(_page, await ReadAsync(Guarded.Over(content), pieceSize: 100));
        Assert.Equal(codings, string.Join(", ", content.Headers.ContentEncoding));
        Assert.Equal(_page.Length, content.Headers.ContentLength);
    }

    [Fact]
    public async Task TheHeadersOfADecompressedBody_TellNothingOfItsCodingAnyLonger()
    {
        byte[] packed = Packing.Pack(_page, "gzip");
        using var content = new StreamContent(new MemoryStream(packed));
        content.Headers.Add("Content-Encoding", "identity, GZip");
        content.Headers.ContentLength = packed.Length;

        Assert.Equal(_page, await ReadAsync(Guarded.Over(content), pieceSize: 100));
        Assert.Empty(content.Headers.ContentEncoding);
        Assert.Null(content.Headers.ContentLength);
    }

    [Fact]
    public void MoreThanThreeCodings_AreRefused()
    {
        InvalidDataException refused = Assert.Throws<InvalidDataException>(
            () => Guarded.Over(new MemoryStream(), "gzip, br, gzip, br"));

        Assert.Contains("4 times, gzip, br, gzip, br", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatTheServerFlushed_CanBeReadBeforeTheRestComes()
    {
        foreach (string coding in (string[])["gzip", "deflate"])
        {
            // The end of a body is missing, not what was flushed before it; two bytes of it are still on their way.
            using var pair = new DuplexPair();
            byte[] packed = Packing.Pack(_page, coding);
            await pair.Server.WriteAsync(packed.AsMemory(0, packed.Length - 2), TestToken);
            await using Stream body = Guarded.Over(pair.Client, coding);

            var bytes = new byte[_page.Length];
            await body.ReadExactlyAsync(bytes, TestToken);

            Assert.Equal(_page, bytes);
        }
    }

    [Fact]
    public async Task AFailure_CannotBeReadOver()
    {
        byte[] packed = Packing.Pack(_page, "gzip");
        await using Stream body = Guarded.Over(new MemoryStream(packed[..^1]), "gzip");

        InvalidDataException first = await Assert.ThrowsAsync<InvalidDataException>(
            () => body.CopyToAsync(Stream.Null, TestToken));
        InvalidDataException again = await Assert.ThrowsAsync<InvalidDataException>(
            () => body.ReadAsync(new byte[1], TestToken).AsTask());

        Assert.Same(first, again);
        Assert.Throws<InvalidDataException>(() => body.ReadByte());
    }

    [Theory]
    [MemberData(nameof(Codings))]
    public async Task Disposing_ReachesTheWire_Once(string codings)
    {
        var wire = new MemoryStream(Packing.Pack(_page, codings));
        Stream body = Guarded.Over(wire, codings);
        Assert.True(body.CanRead && !body.CanSeek && !body.CanWrite);
        _ = body.ReadByte();

        await body.DisposeAsync();
        await body.DisposeAsync();

        Assert.False(wire.CanRead);
        Assert.False(body.CanRead);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => body.ReadAsync(new byte[1], TestToken).AsTask());
        Assert.Throws<ObjectDisposedException>(() => body.ReadByte());
    }

    private static FaultyStream InSingleBytes(byte[] bytes) =>
        new(new MemoryStream(bytes), StreamFaults.None.ShortReads());

    private static Task<byte[]> ReadAsync(Stream wire, string codings, int pieceSize) =>
        ReadAsync(Guarded.Over(wire, codings), pieceSize);

    private static async Task<byte[]> ReadAsync(Stream body, int pieceSize)
    {
        await using (body)
        {
            var bytes = new List<byte>();
            var piece = new byte[pieceSize];
            while (await body.ReadAsync(piece, TestToken) is > 0 and var read) bytes.AddRange(piece.AsSpan(0, read));
            Assert.Equal(0, await body.ReadAsync(piece, TestToken));
            return [.. bytes];
        }
    }

    private static byte[] Drain(Stream wire, string codings, int pieceSize)
    {
        using Stream body = Guarded.Over(wire, codings);
        var bytes = new List<byte>();
        var piece = new byte[pieceSize];
        while (body.Read(piece) is > 0 and var read) bytes.AddRange(piece.AsSpan(0, read));
        Assert.Equal(0, body.Read(piece, 0, piece.Length));
        return [.. bytes];
    }
}
