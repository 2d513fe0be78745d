using System.Net;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Hosts;

/// <summary>A host that said 429 or 503 is left alone by every fetch.</summary>
public class HostGateTests
{
    [Theory]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public Task ARefusal_HoldsBackEveryFetchOfItsHost(HttpStatusCode status) => FetchStory.RunAsync(async story =>
    {
        story.Stub.OnAny().Reply(_ => Refusal(status, 10)).Reply(HttpStatusCode.OK).Forever();

        Task<FetchResponse> first = story.GetAsync();
        await story.DelayAsync(1);
        Task<FetchResponse> second = story.GetAsync("/other");
        Task<FetchResponse> elsewhere = story.GetAsync("https://example.com/page");
        await Task.WhenAll(first, second, elsewhere);

        (string, double)[] arrivals =
            [.. story.Stub.Calls.Select(call => call.Uri.Host + call.Uri.AbsolutePath).Zip(story.Arrivals())];
        Assert.Equal(4, arrivals.Length);
        Assert.Contains(("example.org/page", 0), arrivals);
        Assert.Contains(("example.com/page", 1), arrivals);
        Assert.Contains(("example.org/page", 10), arrivals);
        Assert.Contains(("example.org/other", 10), arrivals);
    });

    [Fact]
    public Task APauseThatDoesNotFit_FailsTheOthersAtOnce_AndTellsThemWhen() => FetchStory.RunAsync(async story =>
    {
        story.Stub.OnAny().Reply(_ => Refusal(HttpStatusCode.TooManyRequests, 3600)).Reply(HttpStatusCode.OK).Forever();

        await story.FailAsync();
        await story.DelayAsync(5);
        FetchException failure =
            await Assert.ThrowsAsync<FetchException>(() => story.GetAsync("/other"));

        Assert.Equal(FetchFailure.RetryAfterTooLong, failure.Failure);
        Assert.Equal(HttpStatusCode.TooManyRequests, failure.StatusCode);
        Assert.Equal(story.At(3600), failure.RetryAt);
        Assert.Contains("to another request", failure.Message, StringComparison.Ordinal);
        Assert.Single(story.Stub.Calls);
        Assert.Equal(story.At(3600), Assert.Single(story.Fetcher.GetSnapshot().Hosts).PausedUntil);
    });

    [Fact]
    public Task WithoutATime_ThePauseDoubles_UntilTheHostAnswersWell() => FetchStory.RunAsync(async story =>
    {
        story.Options.Retry = null;
        story.Options.HostGate.MaxDelay = TimeSpan.FromSeconds(8);
        story.Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Times(5)
            .Reply(HttpStatusCode.OK)
            .Reply(HttpStatusCode.ServiceUnavailable)
            .Reply(HttpStatusCode.OK);

        for (var i = 0; i < 8; i++)
            await ((Task)story.GetAsync()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.Equal([0, 2, 6, 14, 22, 30, 30, 32], story.Arrivals());
    });

    [Fact]
    public Task ManyRefusalsOfOneMoment_AreOneEvent() => FetchStory.RunAsync(async story =>
    {
        story.Options.Retry = null;
        story.Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable, after: TimeSpan.FromSeconds(1)).Times(5)
            .Reply(HttpStatusCode.OK).Forever();

        Task[] burst = [.. Enumerable.Range(0, 5).Select(_ => story.GetAsync())];
        await story.DelayAsync(1);
        await Task.WhenAll(burst).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await story.GetAsync();

        Assert.Equal(3, story.Arrivals().Last());
    });

    [Fact]
    public Task ThoseThatWereHeldBack_DoNotComeInOneInstant() => FetchStory.RunAsync(async story =>
    {
        story.Options.Retry.UseJitter = true;
        story.Options.Retry.MaxRetryAttempts = 0;
        double next = 0;
        story.Options.Retry.Randomizer = () => next += 0.25;
        story.Stub.OnAny().Reply(_ => Refusal(HttpStatusCode.TooManyRequests, 10)).Reply(HttpStatusCode.OK).Forever();
        await Assert.ThrowsAsync<FetchException>(() => story.GetAsync());

        Task<FetchResponse>[] held = [.. Enumerable.Range(0, 3).Select(_ => story.GetAsync())];
        await Task.WhenAll(held);

        // A quarter, a half and three quarters of 250 milliseconds, each up to a whole one.
        Assert.Equal([0, 10.063, 10.125, 10.188], story.Arrivals());
    });

    [Fact]
    public Task SwitchedOff_NobodyElseIsHeldBack() => FetchStory.RunAsync(async story =>
    {
        story.Options.HostGate = null;
        story.Stub.OnAny().Reply(_ => Refusal(HttpStatusCode.TooManyRequests, 10)).Reply(HttpStatusCode.OK).Forever();

        Task<FetchResponse> first = story.GetAsync();
        await story.GetAsync();
        await first;

        Assert.Equal([0, 0, 10], story.Arrivals());
    });

    [Fact]
    public Task TheCallersCancellation_EndsTheWaitAtTheGate() => FetchStory.RunAsync(async story =>
    {
        using var caller = new CancellationTokenSource();
        story.Stub.OnAny().Reply(_ => Refusal(HttpStatusCode.TooManyRequests, 20)).Reply(HttpStatusCode.OK).Forever();
        Task<FetchResponse> first = story.GetAsync();

        Task<FetchResponse> held = story.GetAsync(caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => held);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        await first;
    });

    private static HttpResponseMessage Refusal(HttpStatusCode status, int seconds) =>
        new(status) { Headers = { RetryAfter = new(TimeSpan.FromSeconds(seconds)) } };
}
