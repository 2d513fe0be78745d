using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class DoublesSnippets
{
    #region test-gate
    [Fact]
    public async Task TheRunner_StartsNoThird_BeforeOneOfTwoHasEnded()
    {
        var gate = new TestGate();
        var runner = new BoundedRunner(maxConcurrency: 2);

        Task work = runner.ForEachAsync(["a", "b", "c"], async (_, token) => await gate.WaitAsync(token));
        await gate.ArrivedAsync(2);
        Assert.Equal(2, gate.Waiting);

        gate.Release();
        await gate.ArrivedAsync(3);
        gate.Open();
        await work;
    }
    #endregion

    #region sequencer
    [Fact]
    public async Task TwoThatReadBeforeEitherWrites_LoseAnUpdate()
    {
        var steps = new Sequencer();
        var balance = 100;

        await Task.WhenAll(DepositAsync(10, read: 0, write: 2), DepositAsync(20, read: 1, write: 3));

        Assert.Equal(120, balance);

        async Task DepositAsync(int amount, int read, int write)
        {
            int seen;
            using (await steps.StepAsync(read)) seen = balance;
            using (await steps.StepAsync(write)) balance = seen + amount;
        }
    }
    #endregion

    #region http-stub-timeout
    [Fact]
    public async Task ADownloadThatStalls_EndsWithTheTimeout()
    {
        var time = new ManualTimeProvider();
        using var server = new HttpStub(time);
        server.On(HttpMethod.Get, "/items/{id}").StallAfter(5, "hello world");
        using HttpClient client = server.CreateClient("https://shop.example", timeout: TimeSpan.FromSeconds(30));

        Task<string> item = client.GetStringAsync("/items/7");
        time.Advance(TimeSpan.FromSeconds(30));

        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => item);
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.Equal("7", server.Calls[0].PathValues["id"]);
        server.VerifyAll();
    }
    #endregion

    #region duplex-pair
    [Fact]
    public async Task ALine_IsReadWhole_ThoughItsBytesComeOneByOne()
    {
        var time = new ManualTimeProvider();
        using var connection = new DuplexPair(
            new LinkOptions { MaxChunk = 1, Latency = TimeSpan.FromMilliseconds(80) }, time);
        using var reader = new StreamReader(connection.Server);

        Task<string?> line = reader.ReadLineAsync();
        await connection.Client.WriteAsync("hello\n"u8.ToArray());
        Assert.False(line.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(80));

        Assert.Equal("hello", await line);
    }
    #endregion

    #region faulty-stream
    [Fact]
    public async Task ACopyToAFullDisk_FailsAndLeavesWhatFitted()
    {
        using var source = new MemoryStream("hello world"u8.ToArray());
        var disk = new MemoryStream();
        await using var fullDisk = new FaultyStream(disk, StreamFaults.None.FailWritesAt(5));

        await Assert.ThrowsAsync<IOException>(() => source.CopyToAsync(fullDisk));

        Assert.Equal("hello"u8.ToArray(), disk.ToArray());
    }
    #endregion

    #region faulty-stream-explored
    [Fact]
    public async Task AReader_ThatTakesOneReadForTheWholeHeader_IsFound()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.ExploreAsync(async _ =>
        {
            await using var stream = new FaultyStream(new MemoryStream("head"u8.ToArray()), StreamFaults.Explored);
            var header = new byte[4];
            try
            {
                Assert.Equal(4, await stream.ReadAsync(header));
            }
            catch (IOException)
            {
                // A reader may pass a fault on.
            }
        }));

        Assert.Contains("a read gave at most 1 of 4 bytes", found.Message);
    }
    #endregion
}
