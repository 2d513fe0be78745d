using AsyncKit.IO;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncKit.Tests.IO;

/// <summary>Files that are read from their end.</summary>
public sealed class TextFileBackwardTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLines_AreThoseOfTheReference_TheLastFirst()
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(LongSuite.Count(60, 300)).WithEndSize(200);
        Prop.ForAll(RandomText.Any, text => Task.Run(async () =>
        {
            string path = _folder.Write("text", text.Bytes);
            List<string> expected = LineFaces.ToStrings(ReferenceLines.Of(text.Bytes));
            int count = text.Parts.Length / 2;

            Assert.Equal(expected.TakeLast(count), await TextFile.ReadLastLinesAsync(path, count));
            expected.Reverse();
            Assert.Equal(expected, await TextFile.ReadLinesBackwardAsync(path).ToListAsync());
            return true;
        })).Check(config);
    }

    [Theory]
    [InlineData("", 5, new string[0])]
    [InlineData("\n", 5, new[] { "" })]
    [InlineData("a\r\nb\r", 5, new[] { "a", "b\r" })]
    [InlineData("\uFEFFa\nb\n", 5, new[] { "a", "b" })]
    [InlineData("a\nb\nc\n", 2, new[] { "b", "c" })]
    [InlineData("a\nb\nc", 0, new string[0])]
    public async Task LastLines_AreInTheOrderOfTheFile(string text, int count, string[] lines) => Assert.Equal(
        lines, await TextFile.ReadLastLinesAsync(_folder.Write("text", text), count, TestToken));

    [Theory]
    [InlineData(8 * 1024)]
    [InlineData(64 * 1024)]
    [InlineData(72 * 1024)]
    [InlineData(300_000)]
    public async Task ALineAcrossTheBordersOfBlocks_IsWhole(int length)
    {
        for (int more = -2; more <= 2; more++)
        {
            string line = new string('a', length / 2 + more) + "ä😀" + new string('b', length / 2);
            string path = _folder.Write("text", $"first\n{line}\n");

            Assert.Equal(
                [line, "first"], await TextFile.ReadLinesBackwardAsync(path, TestToken).ToListAsync(TestToken));
        }
    }

    [Fact]
    public async Task PitfallOfMappedFiles_WhatIsAppendedMeanwhile_IsNotSeen_AndWhatIsCutIsTold()
    {
        string path = _folder.Write("text", string.Concat(Enumerable.Range(0, 50_000).Select(static i => $"{i}\n")));
        await using IAsyncEnumerator<string> lines =
            TextFile.ReadLinesBackwardAsync(path, TestToken).GetAsyncEnumerator(TestToken);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("49999", lines.Current);
        await File.AppendAllTextAsync(path, "later\n", TestToken);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("49998", lines.Current);

        await File.WriteAllTextAsync(path, "short", TestToken);

        var cut = await Assert.ThrowsAsync<IOException>(async () =>
        {
            while (await lines.MoveNextAsync())
            {
            }
        });
        Assert.Equal($"'{path}' was cut while it was read.", cut.Message);
    }

    [Fact]
    public async Task ALineThatIsTooLong_IsRefused_AndDoesNotTakeAllMemory()
    {
        string path = _folder.PathOf("text");
        await using (FileStream stream = File.Create(path))
        {
            stream.SetLength(100_000_000);
            stream.Position = stream.Length;
            await stream.WriteAsync("\nlast"u8.ToArray(), TestToken);
        }

        Assert.Equal(["last"], await TextFile.ReadLastLinesAsync(path, 1, TestToken));
        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            async () => await TextFile.ReadLastLinesAsync(path, 2, TestToken));
        Assert.Equal($"The line before byte 100000000 of '{path}' is longer than 16777216 bytes.", refused.Message);
    }

    [Fact]
    public async Task WhatIsWrong_IsRefusedAtTheCall()
    {
        Assert.Throws<ArgumentOutOfRangeException>("count", () =>
        {
            _ =
            TextFile.ReadLastLinesAsync("file", -1, TestToken);
        });
        await Assert.ThrowsAsync<FileNotFoundException>(
            async () => await TextFile.ReadLastLinesAsync(_folder.PathOf("none"), 1, TestToken));
    }
}
