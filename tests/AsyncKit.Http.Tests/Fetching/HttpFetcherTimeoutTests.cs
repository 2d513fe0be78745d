using System.Net;

namespace AsyncKit.Http.Tests.Fetching;

public class HttpFetcherTimeoutTests : FetcherFixture
{
    [Fact]
    public async Task AnAttemptThatHangs_IsCutAndRetried()
    {
        Stub.OnAny().Hang().Reply(HttpStatusCode.OK, "second try");

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("second try", response.GetString());
        Assert.Equal([0, 12], Arrivals());
        Assert.Equal(FetchFailure.AttemptTimeout, response.Attempts[0].Failure);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Attempts[0].Duration);
    }

    [Fact]
    public async Task Pitfall01_TheLimitOfAnAttempt_CoversTheBody()
    {
        Stub.OnAny()
            .Reply(_ => new HttpResponseMessage { Content = new StreamContent(new StalledStream()) })
            .Reply(HttpStatusCode.OK, "whole");

        FetchResponse response = await FinishAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal("whole", response.GetString());
        Assert.Equal(FetchFailure.AttemptTimeout, response.Attempts[0].Failure);
    }

    [Fact]
    public async Task WhenEveryAttemptHangs_TheFailureNamesTheLimitOfTheAttempt()
    {
        Options.Retry.MaxRetryAttempts = 1;
        Stub.OnAny().Hang().Forever();

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.AttemptTimeout, failure.Failure);
        Assert.Contains("within its limit of 00:00:10", failure.Message, StringComparison.Ordinal);
        Assert.IsType<TimeoutException>(failure.InnerException);
    }

    [Fact]
    public async Task TheTotalLimit_EndsTheFetch_NamesItself_AndKeepsTheStory()
    {
        Options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(15);
        Options.Retry.GiveUpEarly = false;
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Hang().Forever();

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.TotalTimeout, failure.Failure);
        Assert.Contains("within its total limit of 00:00:15", failure.Message, StringComparison.Ordinal);
        Assert.Equal(
            [FetchFailure.Status, FetchFailure.AttemptTimeout], failure.Attempts.Select(attempt => attempt.Failure));
        Assert.IsType<TimeoutException>(failure.InnerException);
    }

    [Fact]
    public async Task TheTotalLimit_DoesNotHideWhatTheServerLastSaid()
    {
        Options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(11);
        Stub.OnAny()
            .Reply(_ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)
            {
                Headers = { RetryAfter = new(TimeSpan.FromSeconds(3)) },
                Content = new StringContent("overloaded"),
            })
            .Hang();

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.TotalTimeout, failure.Failure);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, failure.StatusCode);
        Assert.Equal("overloaded", failure.BodySnippet);
        Assert.Equal(Time.Start.AddSeconds(3), failure.RetryAt);
    }

    [Fact]
    public async Task AnErrorBodyThatStalls_DoesNotHideTheStatus()
    {
        Stub.OnAny().Reply(_ => new HttpResponseMessage(HttpStatusCode.NotFound)
        {
            Content = new StreamContent(new StalledStream()) { Headers = { { "Content-Type", "text/plain" } } },
        });

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.Status, failure.Failure);
        Assert.Equal(HttpStatusCode.NotFound, failure.StatusCode);
        Assert.Null(failure.BodySnippet);
    }

    [Fact]
    public async Task TheTotalLimit_EndsAnAttemptThatRuns()
    {
        Options.TotalRequestTimeout.Timeout = TimeSpan.FromSeconds(5);
        Options.AttemptTimeout.Timeout = TimeSpan.FromSeconds(5);
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable).Hang();

        FetchException failure = await FailAsync(Fetcher.GetAsync(Page, TestToken));

        Assert.Equal(FetchFailure.TotalTimeout, failure.Failure);
        Assert.Equal(2, failure.Attempts.Count);
        Assert.Equal(TimeSpan.FromSeconds(3), failure.Attempts[1].Duration);
        Assert.Null(failure.Attempts[1].Failure);
    }

    [Fact]
    public async Task TheCallersCancellation_CutsAnAttempt()
    {
        using var caller = new CancellationTokenSource();
        Stub.OnAny().Hang();

        Task<FetchResponse> fetch = Fetcher.GetAsync(Page, caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task TheCallersCancellation_CutsTheDelayBetweenAttempts()
    {
        using var caller = new CancellationTokenSource();
        Stub.OnAny().Reply(HttpStatusCode.ServiceUnavailable);

        Task<FetchResponse> fetch = Fetcher.GetAsync(Page, caller.Token);
        Assert.False(fetch.IsCompleted);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fetch);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Single(Stub.Calls);
    }

    [Fact]
    public async Task TheCallersCancellation_ThatShowsAsABrokenConnection_IsACancellation()
    {
        using var caller = new CancellationTokenSource();
        Stub.OnAny().Reply(_ =>
        {
            caller.Cancel();
            throw new HttpRequestException(HttpRequestError.Unknown, "aborted", new IOException("reset"));
        });

        OperationCanceledException thrown =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Fetcher.GetAsync(Page, caller.Token));

        Assert.Equal(caller.Token, thrown.CancellationToken);
    }

    [Fact]
    public async Task ACancelledToken_AsksNobody()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => Fetcher.GetAsync(Page, new CancellationToken(canceled: true)));

        Assert.Empty(Stub.Calls);
    }

    /// <summary>A body that never comes, until the wait for it is cancelled.</summary>
    private sealed class StalledStream : MemoryStream
    {
        public override async ValueTask<int> ReadAsync(
            Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var end = new TaskCompletionSource<int>();
            await using CancellationTokenRegistration cancel =
                cancellationToken.UnsafeRegister(_ => end.TrySetCanceled(cancellationToken), state: null);
            return await end.Task.ConfigureAwait(false);
        }
    }
}
