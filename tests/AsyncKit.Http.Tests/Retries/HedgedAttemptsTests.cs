using System.Net;
using AsyncKit.Http.Tests.Fetching;
using AsyncKit.Testing;

namespace AsyncKit.Http.Tests.Retries;

/// <summary>An attempt that takes long gets company; the others are ended.</summary>
public class HedgedAttemptsTests
{
    [Fact]
    public Task ASecondAttempt_StartsAfterTheDelay_AndTheFirstGoodAnswerWins() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        story.Stub.OnAny().Hang().Reply(HttpStatusCode.OK, "second");

        FetchResponse response = await story.GetAsync();

        Assert.Equal("second", response.GetString());
        Assert.Equal([0, 2], story.Arrivals());
        Assert.Equal(
            [HttpCallOutcome.Cancelled, HttpCallOutcome.Answered], story.Stub.Calls.Select(call => call.Outcome));
        Assert.Equal(2, response.Attempts.Count);
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });

    [Fact]
    public Task AnAttemptThatFails_GetsCompanyAtOnce() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        story.Stub.OnAny().Reply(HttpStatusCode.BadGateway).Reply(HttpStatusCode.OK, "second");

        Assert.Equal("second", await story.Fetcher.GetStringAsync(FetchStory.Page));

        Assert.Equal([0, 0], story.Arrivals());
    });

    [Fact]
    public Task WhenAllFail_TheFetchIsRetried() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        story.Stub.OnAny().Reply(HttpStatusCode.BadGateway).Times(2).Reply(HttpStatusCode.OK, "third");

        FetchResponse response = await story.GetAsync();

        Assert.Equal([0, 0, 2], story.Arrivals());
        Assert.Equal(3, response.Attempts.Count);
    });

    [Fact]
    public Task AFailureThatStays_IsTheAnswer() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        story.Stub.OnAny().Reply(HttpStatusCode.NotFound);

        FetchException failure = await story.FailAsync();

        Assert.Equal(HttpStatusCode.NotFound, failure.StatusCode);
        Assert.Single(story.Stub.Calls);
    });

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    public Task Pitfall07_WhatChangesSomething_NeverGetsCompany(string method) => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(5));

        await story.Fetcher.SendAsync(new FetchRequest(new HttpMethod(method), FetchStory.Page));

        Assert.Single(story.Stub.Calls);
    });

    [Fact]
    public Task CompanyCountsAsARetry_AndWithoutBudgetThereIsNone() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        story.Options.Budget = new RetryBudgetOptions { MinRetriesPerSecond = 0, Ratio = 0 };
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(5));

        await story.GetAsync();

        Assert.Single(story.Stub.Calls);
    });

    [Fact]
    public Task WhenTheCallerCancels_AllEnd() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        using var caller = new CancellationTokenSource();
        story.Stub.OnAny().Hang().Forever();
        Task<FetchResponse> fetch = story.GetAsync(caller.Token);
        await story.DelayAsync(2);

        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.All(story.Stub.Calls, call => Assert.Equal(HttpCallOutcome.Cancelled, call.Outcome));
    });

    [Fact]
    public Task AMistakeInATransport_PassesUntouched() => FetchStory.RunAsync(async story =>
    {
        story.Options.Hedging = new FetchHedgingOptions();
        var mistake = new InvalidOperationException("a handler's bug");
        story.Stub.OnAny().Throw(mistake).Forever();

        Assert.Same(
            mistake,
            await Assert.ThrowsAsync<InvalidOperationException>(() => story.GetAsync()));
    });
}
