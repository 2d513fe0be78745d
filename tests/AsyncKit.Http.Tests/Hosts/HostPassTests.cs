using System.Net;
using AsyncKit.Concurrency;
using AsyncKit.Http.Tests.Fetching;

namespace AsyncKit.Http.Tests.Hosts;

/// <summary>How many requests are under way, over all and to one host.</summary>
public class HostPassTests
{
    [Fact]
    public Task Pitfall10_AFetchThatSleeps_HoldsNoPermit() => FetchStory.RunAsync(async story =>
    {
        story.Options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 1;
        story.Options.HostGate = null;
        story.Stub.OnAny().Reply(HttpStatusCode.InternalServerError).Reply(HttpStatusCode.OK).Forever();

        Task<FetchResponse> sleeping = story.GetAsync();
        await story.GetAsync();
        await sleeping;

        Assert.Equal([0, 0, 2], story.Arrivals());
    });

    [Theory]
    [InlineData(2, 64, 2)]
    [InlineData(1000, 3, 3)]
    public Task NoMoreThanThePermits_AreSent(int all, int perHost, int expected) => FetchStory.RunAsync(async story =>
    {
        story.Options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = all;
        story.Options.RateLimiter.PermitLimitPerHost = perHost;
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(1)).Forever();

        Task<FetchResponse>[] fetches =
            [.. Enumerable.Range(0, 6).Select(i => story.GetAsync($"/{i}"))];
        FetcherSnapshot early = story.Fetcher.GetSnapshot();
        await Task.WhenAll(fetches);

        Assert.Equal(expected, early.InFlight);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => i / expected), story.Arrivals().Select(at => (int)at));
        Assert.Equal(
            Enumerable.Range(0, 6).Select(i => $"/{i}"), story.Stub.Calls.Select(call => call.Uri.AbsolutePath));
        Assert.Equal((0, 0), (story.Fetcher.GetSnapshot().InFlight, story.Fetcher.GetSnapshot().Waiting));
    });

    [Fact]
    public Task AHostThatHangs_LeavesTheOthersRoom() => FetchStory.RunAsync(async story =>
    {
        story.Options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 3;
        story.Options.RateLimiter.PermitLimitPerHost = 2;
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(5)).Times(2)
            .Reply(HttpStatusCode.OK).Forever();

        Task<FetchResponse>[] slow = [.. Enumerable.Range(0, 4).Select(_ => story.GetAsync())];
        FetchResponse other = await story.GetAsync("https://example.com/");
        await Task.WhenAll(slow);

        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal([0, 0, 0, 5, 5], story.Arrivals());
    });

    [Fact]
    public Task MoreThanMayWait_AreRefused_WithoutBeingSent() => FetchStory.RunAsync(async story =>
    {
        story.Options.Retry = null;
        story.Options.RateLimiter.DefaultRateLimiterOptions = new() { PermitLimit = 1, QueueLimit = 1 };
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(1)).Forever();

        Task<FetchResponse> first = story.GetAsync();
        Task<FetchResponse> second = story.GetAsync();
        FetchException refused = await Assert.ThrowsAsync<FetchException>(() => story.GetAsync());
        await Task.WhenAll(first, second);

        Assert.Equal(FetchFailure.RateLimited, refused.Failure);
        Assert.Equal(2, story.Stub.Calls.Count);
    });

    [Fact]
    public Task ALimitSharedWithOthers_HoldsTheFetcherToo_AndMayChange() => FetchStory.RunAsync(async story =>
    {
        var shared = new ConcurrencyLimit(1);
        story.Options.RateLimiter.Shared = shared;
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(1)).Forever();
        Task<FetchResponse> fetch;
        using (await shared.AcquireAsync())
        {
            fetch = story.GetAsync();
            Assert.Empty(story.Stub.Calls);
        }

        await fetch;
        shared.Value = 2;
        await Task.WhenAll(story.GetAsync(), story.GetAsync());

        Assert.Equal(story.Stub.Calls[1].ReceivedAt, story.Stub.Calls[2].ReceivedAt);
    });

    [Fact]
    public Task APace_SpreadsTheRequestsToOneHost() => FetchStory.RunAsync(async story =>
    {
        story.Options.RateLimiter.RequestsPerSecondPerHost = 0.5;
        story.Stub.OnAny().Reply(HttpStatusCode.OK).Forever();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => story.GetAsync()));

        Assert.Equal([0, 2, 4, 6], story.Arrivals());
    });

    [Fact]
    public Task Cancelled_WhileItWaits_AFetchTakesNoPermit() => FetchStory.RunAsync(async story =>
    {
        story.Options.RateLimiter.DefaultRateLimiterOptions.PermitLimit = 1;
        using var caller = new CancellationTokenSource();
        story.Stub.OnAny().Reply(HttpStatusCode.OK, after: TimeSpan.FromSeconds(1)).Forever();
        Task<FetchResponse> first = story.GetAsync();

        Task<FetchResponse> waiting = story.GetAsync(caller.Token);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await first;
        await story.GetAsync();

        Assert.Equal(2, story.Stub.Calls.Count);
        Assert.Equal(0, story.Fetcher.GetSnapshot().InFlight);
    });
}
