using System.Text;

namespace AsyncKit.Testing.Tests.Streams;

public class StreamFaultsExploredTests
{
    private static readonly ExploreOptions _exhaustive = new()
    {
        Strategy = ExploreStrategy.Exhaustive(),
        EarlyTimers = false,
    };

    [Fact]
    public async Task OutsideOfATest_NothingGoesWrong()
    {
        using var inner = new MemoryStream();
        await using var stream = new FaultyStream(inner, StreamFaults.Explored);

        await stream.WriteAsync("abcd"u8.ToArray());
        await stream.FlushAsync();
        stream.Position = 0;

        Assert.Equal(4, await stream.ReadAsync(new byte[10]));
        Assert.Equal("abcd"u8.ToArray(), inner.ToArray());
    }

    [Fact]
    public Task InATestWithoutExploration_NothingGoesWrong() => AsyncTest.RunAsync(async env =>
    {
        await using var stream = new FaultyStream(new MemoryStream("abcd"u8.ToArray()), StreamFaults.Explored);

        Assert.Equal(4, await stream.ReadAsync(new byte[10]));
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public async Task Read_Fails_IsShort_OrStalls() => Assert.Equal(
        ["1 of abcdefghi", "2 of abcdefghi", "4 of abcdefghi", "8 of abcdefghi", "9 of abcdefghi",
            "9 of abcdefghi at 00:01:00", "IOException at 0"],
        await OutcomesAsync(async (env, inner, stream) =>
        {
            inner.Write("abcdefghi"u8);
            inner.Position = 0;
            var buffer = new byte[9];
            try
            {
                return $"{await stream.ReadAsync(buffer)} of abcdefghi{At(env)}";
            }
            catch (IOException)
            {
                return $"IOException at {inner.Position}";
            }
        }));

    [Fact]
    public async Task BlockingRead_FailsOrIsShort_AndDoesNotStall() => Assert.Equal(
        ["1", "2", "3", "IOException"],
        await OutcomesAsync((env, inner, stream) =>
        {
            inner.Write("abc"u8);
            inner.Position = 0;
            return Task.FromResult($"{Read(stream)}{At(env)}");

            static string Read(Stream from)
            {
                try
                {
                    return $"{from.Read(new byte[3])}";
                }
                catch (IOException)
                {
                    return "IOException";
                }
            }
        }));

    [Fact]
    public async Task Write_FailsWithNothingHalfOrAllWritten_OrStalls() => Assert.Equal(
        ["'' IOException", "'ab' IOException", "'abcd'", "'abcd' IOException", "'abcd' at 00:01:00"],
        await OutcomesAsync(async (env, inner, stream) =>
        {
            try
            {
                await stream.WriteAsync("abcd"u8.ToArray());
                return $"'{Text(inner)}'{At(env)}";
            }
            catch (IOException)
            {
                return $"'{Text(inner)}' IOException";
            }
        }));

    [Fact]
    public async Task WriteThatStallsHalfWay_HasWrittenHalf() => Assert.Contains(
        "ab after 30 seconds, abcd in the end",
        await OutcomesAsync(async (env, inner, stream) =>
        {
            Task write = stream.WriteAsync("abcd"u8.ToArray()).AsTask();
            await env.DelayAsync(TimeSpan.FromSeconds(30));
            string seen = Text(inner);
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return $"{seen} after 30 seconds, {Text(inner)} in the end";
        }));

    [Fact]
    public async Task BlockingWriteAndFlush_Fail_AndDoNotStall() => Assert.Equal(
        ["'' IOException", "'ab' IOException", "'abcd'", "'abcd' IOException", "'abcd' flush failed"],
        await OutcomesAsync(async (env, inner, stream) =>
        {
            try
            {
                stream.Write("abcd"u8);
            }
            catch (IOException)
            {
                return $"'{Text(inner)}' IOException";
            }

            Exception? flushed = await Record.ExceptionAsync(() => stream.FlushAsync());
            return $"'{Text(inner)}'{At(env)}{(flushed is IOException ? " flush failed" : "")}";
        }));

    [Fact]
    public async Task Stall_EndsWithTheToken_AndNothingWasRead()
    {
        IReadOnlyList<string> outcomes = await OutcomesAsync(async (env, inner, stream) =>
        {
            inner.Write("a"u8);
            inner.Position = 0;
            using var end = new CancellationTokenSource(TimeSpan.FromSeconds(5), env.Time);
            Exception? thrown =
                await Record.ExceptionAsync(() => stream.ReadAsync(new byte[1], end.Token).AsTask());
            return $"{thrown?.GetType().Name ?? "read"} at {inner.Position}{At(env)}";
        });

        Assert.Equal(["IOException at 0", "TaskCanceledException at 0 at 00:00:05", "read at 1"], outcomes);
    }

    [Fact]
    public async Task PlanBesides_Holds_AndComesFirst() => Assert.Equal(
        ["1", "2", "IOException"],
        await OutcomesAsync(
            async (_, inner, stream) =>
            {
                inner.Write("abcdef"u8);
                inner.Position = 0;
                await Assert.ThrowsAsync<InvalidDataException>(() => stream.ReadAsync(new byte[6]).AsTask());
                try
                {
                    return $"{await stream.ReadAsync(new byte[6])}";
                }
                catch (IOException)
                {
                    return "IOException";
                }
            },
            StreamFaults.Explored.FailRead(1, new InvalidDataException("planned")).ShortReads(2)));

    [Fact]
    public async Task FailEverywhere_LetsEachFaultHappenOnce()
    {
        List<string> written = [];

        await AsyncTest.FailEverywhereAsync(
            async _ =>
            {
                using var inner = new MemoryStream();
                await using var stream = new FaultyStream(inner, StreamFaults.Explored);
                try
                {
                    await stream.WriteAsync("ab"u8.ToArray());
                    await stream.FlushAsync();
                }
                finally
                {
                    written.Add(Text(inner));
                }
            },
            new ExploreOptions { Schedules = 5 });

        Assert.Equal(["ab", "", "ab", "a", "ab"], written);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ReaderThatTakesAReadForAMessage_IsFound_AndOneThatReadsAllPasses(bool isLink)
    {
        AsyncTestException found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.ExploreAsync(env => ReceiveAsync(env, isLink, ReadOnceAsync)));

        Assert.Contains("a read gave at most", found.Message, StringComparison.Ordinal);
        await AsyncTest.ExploreAsync(env => ReceiveAsync(env, isLink, ReadExactlyAsync));

        static Task<int> ReadOnceAsync(Stream stream, byte[] buffer) => stream.ReadAsync(buffer).AsTask();

        static async Task<int> ReadExactlyAsync(Stream stream, byte[] buffer)
        {
            await stream.ReadExactlyAsync(buffer);
            return buffer.Length;
        }
    }

    [Fact]
    public async Task ExploreChunks_GivesEachPartOfWhatHasCome_AlsoToAReadThatWaits()
    {
        SortedSet<int> counts = [];

        await AsyncTest.ExploreAsync(
            async env =>
            {
                var link = new LinkOptions { ExploreChunks = true, Latency = TimeSpan.FromSeconds(1) };
                var (client, server) = new DuplexPair(link, env.Time);
                ValueTask<int> read = server.ReadAsync(new byte[100]);
                await client.WriteAsync("abcde"u8.ToArray());
                counts.Add(await read);
            },
            _exhaustive);

        Assert.Equal([1, 2, 4, 5], counts);
    }

    private static async Task ReceiveAsync(TestEnv env, bool isLink, Func<Stream, byte[], Task<int>> read)
    {
        using var pair = new DuplexPair(new LinkOptions { ExploreChunks = isLink }, env.Time);
        Stream stream = isLink ? pair.Server : new FaultyStream(pair.Server, StreamFaults.Explored, env.Time);
        await pair.Client.WriteAsync("four"u8.ToArray());
        var buffer = new byte[4];
        try
        {
            Assert.Equal(4, await read(stream, buffer));
        }
        catch (IOException)
        {
            return;
        }

        Assert.Equal("four"u8.ToArray(), buffer);
    }

    private static async Task<IReadOnlyList<string>> OutcomesAsync(
        Func<TestEnv, MemoryStream, FaultyStream, Task<string>> body, StreamFaults? faults = null)
    {
        SortedSet<string> outcomes = new(StringComparer.Ordinal);
        ExploreReport report = await AsyncTest.ExploreAsync(
            async env =>
            {
                using var inner = new MemoryStream();
                await using var stream = new FaultyStream(inner, faults ?? StreamFaults.Explored);
                outcomes.Add(await body(env, inner, stream));
            },
            _exhaustive);
        Assert.True(report.IsComplete);
        return [.. outcomes];
    }

    private static string At(TestEnv env) => env.Elapsed == TimeSpan.Zero ? "" : $" at {env.Elapsed}";

    private static string Text(MemoryStream stream) => Encoding.ASCII.GetString(stream.ToArray());
}
