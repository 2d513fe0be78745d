namespace AsyncKit.Http.Tests.Downloads;

public class DownloadProgressTests : DownloadFixture
{
    [Fact]
    public async Task TheBeginningAndTheEnd_AreTold_EvenWhenNoTimePasses()
    {
        var reports = new CollectingProgress();

        await DownloadAsync(progress: reports);

        Assert.Equal(
            [
                new DownloadProgress(0, 100_000, 0, TimeSpan.Zero, 0),
                new DownloadProgress(100_000, 100_000, 0, TimeSpan.Zero, 0),
            ],
            reports);
    }

    [Fact]
    public async Task InBetween_ItIsTold4TimesASecond_AndHowFast()
    {
        await BreakOffAsync(20_000);
        var reports = new CollectingProgress();

        // 80 reads of 1,000 bytes, each of which takes a tenth of a second.
        Served.Change = response => response.Content = Slow(response.Content);

        await DownloadAsync(progress: reports);

        Assert.Equal(TimeSpan.FromSeconds(8), reports[^1].Elapsed);
        Assert.All(reports.Zip(reports.Skip(1)), static pair =>
            Assert.True(pair.Second.Elapsed - pair.First.Elapsed >= TimeSpan.FromSeconds(0.2)));
        Assert.InRange(reports.Count, 20, 33);
        Assert.All(reports[1..], static report => Assert.Equal(10_000, report.BytesPerSecond, tolerance: 0.01));
        Assert.All(reports, static report => Assert.Equal(20_000, report.ResumedFrom));
        await AssertDownloadedAsync(Served.Content);
    }

    private StreamContent Slow(HttpContent content)
    {
        var slow = new StreamContent(new SlowStream(
            content.ReadAsStream(TestToken), 1_000, () => Time.Advance(TimeSpan.FromSeconds(0.1))));
        foreach ((string name, IEnumerable<string> values) in content.Headers)
            slow.Headers.TryAddWithoutValidation(name, values);
        return slow;
    }

    private sealed class CollectingProgress : List<DownloadProgress>, IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => Add(value);
    }

    private sealed class SlowStream(Stream inner, int size, Action beforeRead) : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (inner.Position < inner.Length) beforeRead();
            return inner.ReadAsync(buffer[..Math.Min(size, buffer.Length)], cancellationToken);
        }
    }
}
