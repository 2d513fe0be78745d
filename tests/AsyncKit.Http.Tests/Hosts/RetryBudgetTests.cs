using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Hosts;

/// <summary>Retries stay a share of the traffic.</summary>
public class RetryBudgetTests : FetcherFixture
{
    [Fact]
    public async Task WhenEverythingFails_RetriesAreAFifthOfTheRequests()
    {
        Options.Budget.MinRetriesPerSecond = 0;
        Options.HostGate = null;
        Options.Retry.Delay = TimeSpan.Zero;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError, "broken").Forever();

        var failures = new List<FetchException>();
        for (var i = 0; i < 50; i++)
            failures.Add(await FailAsync(Fetcher.GetAsync(Page, TestToken)));

        Assert.Equal(60, Stub.Calls.Count);
        FetchException refused = failures[0];
        Assert.Equal(FetchFailure.BudgetExhausted, refused.Failure);
        Assert.Equal(HttpStatusCode.InternalServerError, refused.StatusCode);
        Assert.Equal("broken", refused.BodySnippet);
        Assert.Contains("the server answered 500", refused.Message, StringComparison.Ordinal);
        Assert.Contains("budget", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AFewRetriesASecond_AreAlwaysAllowed_AndComeBackWithTime()
    {
        Options.Budget = new RetryBudgetOptions { MinRetriesPerSecond = 0.1, Ratio = 0 };
        Options.HostGate = null;
        Options.Retry.Delay = TimeSpan.Zero;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();

        await FailAsync(Fetcher.GetAsync(Page, TestToken));
        await FailAsync(Fetcher.GetAsync(Page, TestToken));
        Assert.Equal(3, Stub.Calls.Count);
        Assert.Equal(0, Assert.Single(Fetcher.GetSnapshot().Hosts).RetriesLeft!.Value, precision: 6);
        Time.Advance(TimeSpan.FromSeconds(12));
        Assert.Equal(1, Assert.Single(Fetcher.GetSnapshot().Hosts).RetriesLeft!.Value, precision: 6);
        await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(5, Stub.Calls.Count);
    }

    [Fact]
    public async Task TheBudgetOfOneHost_IsNotThatOfAnother()
    {
        Options.Budget = new RetryBudgetOptions { MinRetriesPerSecond = 0.1, Ratio = 0 };
        Options.HostGate = null;
        Options.Retry.MaxRetryAttempts = 1;
        Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Forever();

        FetchException here = await FailAsync(Fetcher.GetAsync(Page, TestToken));
        FetchException there = await FailAsync(Fetcher.GetAsync(new Uri("https://example.com/"), TestToken));

        Assert.Equal(2, here.Attempts.Count);
        Assert.Equal(2, there.Attempts.Count);
    }
}
