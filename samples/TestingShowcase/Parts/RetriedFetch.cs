using System.Net;
using AsyncKit.Http;
using AsyncKit.Testing;

namespace TestingShowcase.Parts;

/// <summary>A fetcher against a server that is busy, then silent, then there: the stub has the timeline.</summary>
internal static class RetriedFetch
{
    public static Task<Finding> ShowAsync() => AsyncTest.RunAsync(async env =>
    {
        DateTimeOffset start = env.Time.GetUtcNow();
        using var server = new HttpStub(env.Time);
        server.On(HttpMethod.Get, "/rates")
            .Reply(HttpStatusCode.ServiceUnavailable)
            .Hang()
            .Reply(HttpStatusCode.OK, "1.08", after: TimeSpan.FromSeconds(1));
        await using var fetcher = new HttpFetcher(server, new HttpFetcherOptions
        {
            TimeProvider = env.Time,
            AttemptTimeout = { Timeout = TimeSpan.FromSeconds(10) },
            Retry = { Delay = TimeSpan.FromSeconds(2), UseJitter = false },
        });

        string rate = await fetcher.GetStringAsync(new Uri("https://bank.example/rates"));

        server.VerifyAll();
        IEnumerable<double> asked = server.Calls.Select(call => (call.ReceivedAt - start).TotalSeconds);
        return new Finding(
            asked.SequenceEqual([0, 2, 16]) && env.Elapsed == TimeSpan.FromSeconds(17),
            env.Elapsed,
            [.. server.Calls.Select(call => Describe(call, start)), $"The rate is {rate}."]);
    });

    private static string Describe(HttpCall call, DateTimeOffset start)
    {
        string outcome = call.StatusCode is { } status ? $"{(int)status} {status}" : $"{call.Outcome}";
        return $"{Text.Of(call.ReceivedAt - start)}  {call}  {outcome} at {Text.Of(call.CompletedAt!.Value - start)}";
    }
}
