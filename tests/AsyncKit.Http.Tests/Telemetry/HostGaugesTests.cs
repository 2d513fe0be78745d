using System.Net;
using System.Runtime.CompilerServices;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Telemetry;

public sealed class HostGaugesTests : FetcherFixture
{
    private readonly CollectingMeters _meters = new();

    public HostGaugesTests() => Options.MeterFactory = _meters;

    [Fact]
    public async Task InFlight_IsWhatIsUnderWay_AndFallsToZero()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(1)).Forever();
        Task<FetchResponse> one = Fetcher.GetAsync(Page, TestToken);
        Task<FetchResponse> other = Fetcher.GetAsync(Page, TestToken);

        Assert.Equal(2, Assert.Single(_meters.Ask("asynckit.http.inflight")).Value);
        await FinishAsync(Task.WhenAll(one, other));

        Measured after = Assert.Single(_meters.Ask("asynckit.http.inflight"));
        Assert.Equal(0, after.Value);
        Assert.Equal("example.org", after.Tags["server.address"]);
    }

    [Fact]
    public async Task BreakerState_IsOneWhileItIsOpen()
    {
        Options.CircuitBreaker.MinimumThroughput = 2;
        (Options.Retry, Options.HostGate) = (null, null);
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();
        await FailAsync(Fetcher.GetAsync(Page, TestToken));
        Assert.Equal(0, Assert.Single(_meters.Ask("asynckit.http.breaker.state")).Value);

        await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(1, Assert.Single(_meters.Ask("asynckit.http.breaker.state")).Value);
    }

    [Fact]
    public async Task BudgetRemaining_IsWhatIsLeft_TheLeastOfAllFetchers()
    {
        Options.Budget.MinRetriesPerSecond = 0.5;
        await using var idle = new HttpFetcher(Stub, Options);
        Stub.OnAny()
            .Reply(HttpStatusCode.OK)
            .Reply(HttpStatusCode.InternalServerError).Times(2)
            .Reply(HttpStatusCode.OK);
        await idle.GetAsync(Page, TestToken);
        await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        double left = Assert.Single(_meters.Ask("asynckit.http.budget.remaining")).Value;

        Assert.Equal(3.2, left, precision: 3);
    }

    [Fact]
    public async Task ADisposedFetcher_IsMeasuredNoLonger()
    {
        Stub.OnAny().Reply(HttpStatusCode.OK);
        await Fetcher.GetAsync(Page, TestToken);
        Assert.NotEmpty(_meters.Ask("asynckit.http.inflight"));

        await Fetcher.DisposeAsync();

        Assert.Empty(_meters.Ask("asynckit.http.inflight"));
    }

    [Fact]
    public void AFetcherThatNobodyDisposed_IsNotKept()
    {
        WeakReference lost = Lose();
        for (var round = 0; round < 10 && lost.IsAlive; round++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
        }

        Assert.False(lost.IsAlive);
        Assert.Empty(_meters.Ask("asynckit.http.inflight"));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private WeakReference Lose() => new(new HttpFetcher(Stub, Options));
}
