using System.Net;
using AsyncKit.Http.Tests.Downloads;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Hosts;

[Collection(typeof(Alone))]
public class HostTableMemoryTests
{
    private const int Hosts = 1_000;

    [Fact]
    public async Task HostsThatAreIdle_CostNothing_OnceTheyAreForgotten()
    {
        // After other tests the runtime may still list its pending tasks, and keep them: the circuit breakers of Polly
        // have one each. An exploration without need of the list switches it off.
        await AsyncTest.ExploreAsync(static _ => Task.CompletedTask);
        var time = new ManualTimeProvider();
        using var transport = new AnsweringHandler();
        await using var fetcher = new HttpFetcher(transport, new HttpFetcherOptions { TimeProvider = time });
        await VisitAsync(0);

        // What else the process does in a round is not of the hosts: the least growth of several rounds is.
        long least = long.MaxValue;
        for (var round = 1; round <= 5 && least >= 1_024; round++)
        {
            long before = GC.GetTotalMemory(forceFullCollection: true);
            await VisitAsync(round);
            least = Math.Min(least, (GC.GetTotalMemory(forceFullCollection: true) - before) / Hosts);
        }

        Assert.True(least < 1_024, $"{least} bytes for each host");

        async Task VisitAsync(int round)
        {
            CancellationToken token = TestContext.Current.CancellationToken;
            for (var i = 0; i < Hosts; i++)
                await fetcher.GetAsync(new Uri($"https://h{round}-{i}.example/"), token);
            time.Advance(TimeSpan.FromMinutes(2));
            await fetcher.GetAsync(new Uri("https://last.example/"), token);
            Assert.Single(fetcher.GetSnapshot().Hosts);
        }
    }

    // Keeps nothing of what it was asked.
    private sealed class AnsweringHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { RequestMessage = request });
    }
}
