using System.Globalization;
using System.IO.Compression;
using System.Text;
using AsyncKit.Concurrency;
using AsyncKit.IO;
using FsCheck;
using FsCheck.Fluent;

namespace AsyncKit.Tests.IO;

/// <summary>Files that are folded by parts: what comes out is what one fold gives.</summary>
public sealed class TextFileAggregateTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly ConcurrencyLimit _limit = new(3);

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TheLines_AreThoseOfTheReference_InTheOrderOfTheFile()
    {
        Config config = Config.QuickThrowOnFailure.WithMaxTest(LongSuite.Count(40, 200)).WithEndSize(100);
        Prop.ForAll(RandomText.Any, text => Task.Run(async () =>
        {
            LineReadOptions options = text.Options with { BufferSize = Math.Min(text.Options.BufferSize, 61) };
            string path = _folder.Write("text", text.Bytes);
            Assert.Equal(
                LineFaces.ToStrings(ReferenceLines.Of(text.Bytes, options.Breaks)), await LinesAsync(path, options));
            return true;
        })).Check(config);
    }

    [Fact]
    public async Task WhatCannotBeCut_IsFoldedAsOne()
    {
        string[] lines = [.. Enumerable.Range(0, 500).Select(static i => $"line {i}")];
        string text = string.Join('\n', lines);
        var options = new LineReadOptions { BufferSize = 100 };
        var compressed = new MemoryStream();
        await using (var gzip = new GZipStream(compressed, CompressionMode.Compress, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(text), TestToken);

        Assert.Equal(lines, await LinesAsync(_folder.Write("a.gz", compressed.ToArray()), options));
        Assert.Equal(
            lines,
            await LinesAsync(
                _folder.Write("a", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes(text)]), options));
        Assert.Equal(
            lines[1..], await LinesAsync(_folder.Write("a", text), options with { From = new ReadCheckpoint(7, 1) }));
        Assert.Equal(
            lines, await LinesAsync(_folder.Write("a", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)]), options));
    }

    [Fact]
    public async Task AnEmptyFile_GivesTheSeed() =>
        Assert.Empty(await LinesAsync(_folder.Write("text", ""), new LineReadOptions()));

    [Fact]
    public async Task TheLimit_IsNotExceeded_AndProgressIsToldInOrder()
    {
        var inside = 0;
        var most = 0;
        var told = new List<long>();
        string path = _folder.Write("text", string.Concat(Enumerable.Repeat("0123456789\n", 5_000)));

        int count = await TextFile.AggregateAsync(
            path,
            static () => 0,
            (ref int sum, ReadOnlySpan<byte> line) =>
            {
                int now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                sum++;
                Interlocked.Decrement(ref inside);
            },
            static (first, second) => first + second,
            _limit,
            new LineReadOptions { BufferSize = 256, Progress = new Told(told) },
            TestToken);

        Assert.Equal(5_000, count);
        Assert.InRange(most, 1, 3);
        Assert.Equal(told.Order(), told);
        Assert.Equal(55_000, told[^1]);
        Assert.True(told.Count > 10);
    }

    [Fact]
    public async Task AFaultOfTheFold_EndsTheWork_AndLeavesNoFileOpen()
    {
        string path = _folder.Write("text", string.Concat(Enumerable.Range(0, 5_000).Select(static i => $"{i}\n")));

        Task<long> run = TextFile.AggregateAsync(
            path,
            static () => 0L,
            static (ref long sum, ReadOnlySpan<byte> line) =>
            {
                sum += int.Parse(line, NumberStyles.None, CultureInfo.InvariantCulture);
                if (sum > 100_000) throw new InvalidOperationException("enough");
            },
            static (first, second) => first + second,
            _limit,
            new LineReadOptions { BufferSize = 64 },
            TestToken);

        Assert.Equal("enough", (await Assert.ThrowsAsync<InvalidOperationException>(() => run)).Message);
        Assert.Equal(3, _limit.CurrentCount);
    }

    [Fact]
    public async Task ALineThatIsRefused_IsNamedByItsPart()
    {
        string path = _folder.Write("text", string.Concat(Enumerable.Repeat("line\n", 1_000)) + new string('x', 20));

        var refused = await Assert.ThrowsAsync<InvalidDataException>(
            () => LinesAsync(path, new LineReadOptions { BufferSize = 64, MaxLineBytes = 10 }));

        Assert.Contains($"'{path} from byte ", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_EndsTheWork_WithTheCallersToken()
    {
        using var cancellation = new CancellationTokenSource();
        string path = _folder.Write("text", string.Concat(Enumerable.Repeat("line\n", 10_000)));
        void Cancel() => cancellation.Cancel();

        Task<int> run = TextFile.AggregateAsync(
            path,
            static () => 0,
            (ref int count, ReadOnlySpan<byte> _) =>
            {
                if (++count is 3) Cancel();
            },
            static (first, second) => first + second,
            _limit,
            new LineReadOptions { BufferSize = 64 },
            cancellation.Token);

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
    }

    private Task<List<string>> LinesAsync(string path, LineReadOptions options) => TextFile.AggregateAsync(
        path,
        static () => new List<string>(),
        static (ref List<string> lines, ReadOnlySpan<byte> line) => lines.Add(Encoding.UTF8.GetString(line)),
        static (first, second) =>
        {
            first.AddRange(second);
            return first;
        },
        _limit,
        options,
        TestToken);

    private static void InterlockedMax(ref int most, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref most))) Interlocked.CompareExchange(ref most, value, seen);
    }

    private sealed class Told(List<long> values) : IProgress<long>
    {
        public void Report(long value) => values.Add(value);
    }
}
