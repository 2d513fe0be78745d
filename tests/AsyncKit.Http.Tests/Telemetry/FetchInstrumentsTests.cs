using System.Net;
using AsyncKit.Http.Tests.Fetching;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace AsyncKit.Http.Tests.Telemetry;

public sealed class FetchInstrumentsTests : FetcherFixture
{
    private readonly CollectingMeters _meters = new();

    public FetchInstrumentsTests() => Options.MeterFactory = _meters;

    [Fact]
    public async Task EveryInstrument_HasTheNameAndUnitThatIsWritten()
    {
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Reply(HttpStatusCode.OK, "body");
        await FinishAsync(Fetcher.GetAsync(Page, TestToken));
        _meters.Ask("");

        Assert.Equal(
            [
                ("asynckit.http.attempts", "{attempt}"),
                ("asynckit.http.breaker.state", null),
                ("asynckit.http.budget.remaining", "{retry}"),
                ("asynckit.http.bytes", "By"),
                ("asynckit.http.inflight", "{request}"),
                ("asynckit.http.request.duration", "s"),
                ("asynckit.http.retries", "{retry}"),
                ("asynckit.http.retry_delay", "s"),
            ],
            _meters.All.Select(measured => (measured.Name, measured.Unit)).Distinct().OrderBy(pair => pair.Name));
    }

    [Fact]
    public async Task Attempts_AreCounted_EachWithItsOutcome()
    {
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Throw(new IOException("broken")).Reply(HttpStatusCode.OK);
        var request = new FetchRequest(Page) { OperationName = "read page" };

        await FinishAsync(Fetcher.SendAsync(request, TestToken));

        Assert.Equal(
            [
                "asynckit.http.attempts 1 server.address=example.org http.request.method=GET outcome=Status "
                    + "http.response.status_code=503 operation=read page",
                "asynckit.http.attempts 1 server.address=example.org http.request.method=GET outcome=Transport "
                    + "operation=read page",
                "asynckit.http.attempts 1 server.address=example.org http.request.method=GET outcome=Success "
                    + "http.response.status_code=200 operation=read page",
            ],
            _meters.Of("asynckit.http.attempts").Select(measured => measured.ToString()));
    }

    [Fact]
    public async Task RetriesAndDelays_AreThoseThatWereMade()
    {
        Options.HostGate = null;
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Forever();

        await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(3, _meters.Of("asynckit.http.retries").Sum(measured => measured.Value));
        Assert.Equal([2, 4, 8], _meters.Of("asynckit.http.retry_delay").Select(measured => measured.Value));
        Measured duration = Assert.Single(_meters.Of("asynckit.http.request.duration"));
        Assert.Equal(14, duration.Value);
        Assert.Equal("Status", duration.Tags["outcome"]);
        Assert.Equal(503, duration.Tags["http.response.status_code"]);
    }

    [Fact]
    public async Task ACancelledFetch_IsCountedAsSuch()
    {
        using var caller = new CancellationTokenSource();
        Stub.OnAny().Hang();
        Task<FetchResponse> fetch = Fetcher.GetAsync(Page, caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);

        Assert.Equal("Cancelled", Assert.Single(_meters.Of("asynckit.http.attempts")).Tags["outcome"]);
        Assert.Equal("Cancelled", Assert.Single(_meters.Of("asynckit.http.request.duration")).Tags["outcome"]);
    }

    [Fact]
    public async Task Bytes_AreThoseOfTheWire_OfFailuresToo()
    {
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable, "12345").Reply(HttpStatusCode.OK, "1234567");

        byte[] body = await FinishAsync(Fetcher.GetBytesAsync(Page, TestToken));

        Assert.Equal(7, body.Length);
        Assert.Equal(12, _meters.Of("asynckit.http.bytes").Sum(measured => measured.Value));
    }

    [Fact]
    public async Task Hosts_AreAHundredAtMost_AndThenOther()
    {
        Options.HostGate = null;
        Stub.OnAny().Reply(HttpStatusCode.OK).Forever();
        for (var number = 0; number < 150; number++)
            await Fetcher.GetAsync(new Uri($"https://host{number}.test/"), TestToken);

        object?[] hosts = [.. _meters.Of("asynckit.http.attempts").Select(measured => measured.Tags["server.address"])];
        Assert.Equal(101, hosts.Distinct().Count());
        Assert.Equal(50, hosts.Count(host => host is "other"));
        Assert.Equal(101, _meters.Ask("asynckit.http.budget.remaining").Length);
    }

    [Fact]
    public async Task Methods_AndOperations_AreBoundedToo()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK).Forever();
        for (var number = 0; number < 120; number++)
        {
            var method = new HttpMethod($"MADEUP{number}");
            await Fetcher.SendAsync(new FetchRequest(method, Page) { OperationName = $"{number}" }, TestToken);
        }

        Measured[] attempts = _meters.Of("asynckit.http.attempts");
        Assert.All(attempts, attempt => Assert.Equal("_OTHER", attempt.Tags["http.request.method"]));
        Assert.Equal(101, attempts.Select(attempt => attempt.Tags["operation"]).Distinct().Count());
    }

    [Fact]
    public async Task OpenTelemetry_HearsTheMeter_ByItsName()
    {
        var exported = new List<Metric>();
        Options.MeterFactory = null;
        using MeterProvider provider = Sdk.CreateMeterProviderBuilder()
            .AddMeter("AsyncKit.Http").AddInMemoryExporter(exported).Build();
        Stub.OnAny().Reply(HttpStatusCode.OK, "body");

        await Fetcher.GetAsync(new Uri("https://opentelemetry.test/"), TestToken);
        provider.ForceFlush();

        // The meters of other tests are heard too.
        Assert.Contains(
            "opentelemetry.test",
            exported.Where(metric => metric.Name is "asynckit.http.attempts").SelectMany(Hosts));

        static List<object> Hosts(Metric metric)
        {
            var hosts = new List<object>();
            foreach (ref readonly MetricPoint point in metric.GetMetricPoints())
            {
                foreach ((string name, object? value) in point.Tags)
                {
                    if (name is "server.address") hosts.Add(value!);
                }
            }

            return hosts;
        }
    }
}
