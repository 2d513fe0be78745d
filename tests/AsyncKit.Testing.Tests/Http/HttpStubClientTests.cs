using System.Net;

namespace AsyncKit.Testing.Tests.Http;

public sealed class HttpStubClientTests : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(5);

    private readonly ManualTimeProvider _time = new();
    private readonly CancellationTokenSource _caller = new();
    private readonly HttpStub _stub;
    private readonly HttpClient _client;

    public HttpStubClientTests()
    {
        _stub = new HttpStub(_time);
        _client = _stub.CreateClient("https://example.org/", _limit);
    }

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    /// <summary>The calls of HttpClient that read the body themselves.</summary>
    public static TheoryData<string> WholeCalls => ["GetAsync", "GetString", "GetByteArray", "Post"];

    public void Dispose()
    {
        _client.Dispose();
        _stub.Dispose();
        _caller.Dispose();
    }

    [Theory]
    [MemberData(nameof(WholeCalls))]
    public async Task Timeout_WhileTheHeadersAreAwaited_IsThatOfHttpClient(string call)
    {
        _stub.OnAny().Hang();

        Task request = CallAsync(call);
        _time.Advance(_limit - TimeSpan.FromTicks(1));
        Assert.False(request.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.True(request.IsCompleted);
        await AssertTimedOutAsync(request);
        Assert.Equal(HttpCallOutcome.Cancelled, Assert.Single(_stub.Calls).Outcome);
    }

    [Theory]
    [MemberData(nameof(WholeCalls))]
    public async Task Timeout_CoversTheBodyThatTheClientReads(string call)
    {
        _stub.OnAny().Drip("hello", chunkSize: 1, every: TimeSpan.FromSeconds(1.25));

        Task request = CallAsync(call);
        _time.Advance(_limit - TimeSpan.FromTicks(1));
        Assert.False(request.IsCompleted);
        _time.Advance(TimeSpan.FromTicks(1));

        Assert.True(request.IsCompleted);
        await AssertTimedOutAsync(request);
    }

    [Fact]
    public async Task Timeout_CountsHeadersAndBodyTogether()
    {
        _stub.OnAny().Reply(
            _ => new HttpResponseMessage { Content = new StalledContent() }, after: TimeSpan.FromSeconds(3));

        Task request = CallAsync("GetAsync");
        _time.Advance(_limit);

        Assert.True(request.IsCompleted);
        await AssertTimedOutAsync(request);
    }

    [Fact]
    public async Task Timeout_DoesNotCoverABodyThatTheCallerReads()
    {
        _stub.OnAny().Drip("hello", chunkSize: 1, every: TimeSpan.FromSeconds(2)).Times(2);

        using HttpResponseMessage response =
            await _client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, TestToken);
        Task<string> text = response.Content.ReadAsStringAsync(TestToken);
        using var reader = new StreamReader(await _client.GetStreamAsync("", TestToken));
        Task<string> streamed = reader.ReadToEndAsync(TestToken);
        _time.Advance(TimeSpan.FromSeconds(10));

        Assert.Equal("hello", await text);
        Assert.Equal("hello", await streamed);
        Assert.Equal(5, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Timeout_LeavesNoTimerBehind()
    {
        var time = new CountingTimeProvider();
        using var stub = new HttpStub(time);
        stub.OnAny().Reply(HttpStatusCode.OK, "hello").Forever();
        using HttpClient client = stub.CreateClient(timeout: _limit);

        Assert.Equal("hello", await client.GetStringAsync("", TestToken));
        using HttpResponseMessage headers =
            await client.GetAsync("", HttpCompletionOption.ResponseHeadersRead, TestToken);

        Assert.True(time.Created > 0);
        Assert.Equal(0, time.Alive);
    }

    [Theory]
    [MemberData(nameof(WholeCalls))]
    public async Task CallersCancellation_KeepsTheCallersToken(string call)
    {
        _stub.OnAny().Hang().StallAfter(2, "hello");

        for (var i = 0; i < 2; i++)
        {
            using var caller = new CancellationTokenSource();
            Task request = CallAsync(call, caller.Token);
            Assert.False(request.IsCompleted);
            await caller.CancelAsync();

            TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => request);
            Assert.Equal(caller.Token, thrown.CancellationToken);
            Assert.IsNotType<TimeoutException>(thrown.InnerException);
        }
    }

    [Fact]
    public async Task ABrokenBody_IsNoTimeout()
    {
        _stub.OnAny().ResetAfter(2, "hello");

        HttpRequestException thrown = await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync("GetString"));

        Assert.Equal(HttpRequestError.ResponseEnded, thrown.HttpRequestError);
    }

    [Fact]
    public async Task Timeout_IsAHundredSecondsByDefault_AndCanBeNone()
    {
        _stub.OnAny().Hang().Forever();
        using HttpClient usual = _stub.CreateClient();
        using HttpClient patient = _stub.CreateClient(timeout: Timeout.InfiniteTimeSpan);

        Task<string> first = usual.GetStringAsync("", TestToken);
        Task<string> second = patient.GetStringAsync("", _caller.Token);
        _time.Advance(TimeSpan.FromSeconds(99.9));
        Assert.False(first.IsCompleted);
        _time.Advance(TimeSpan.FromDays(30));

        await Assert.ThrowsAsync<TaskCanceledException>(() => first);
        Assert.False(second.IsCompleted);
        await _caller.CancelAsync();
        await Assert.ThrowsAsync<TaskCanceledException>(() => second);
    }

    [Fact]
    public async Task DisposingOfAClient_LeavesTheStub()
    {
        _stub.OnAny().Reply(HttpStatusCode.OK, "hello");

        _stub.CreateClient().Dispose();

        Assert.Equal("hello", await _client.GetStringAsync("", TestToken));
    }

    [Fact]
    public void WrongArguments_AreRefused()
    {
        Assert.Throws<ArgumentException>("baseAddress", () => _stub.CreateClient("items"));
        Assert.Throws<ArgumentException>("baseAddress", () => _stub.CreateClient("file:///items"));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => _stub.CreateClient(timeout: TimeSpan.Zero));
        Assert.Throws<ArgumentOutOfRangeException>("timeout", () => _stub.CreateClient(timeout: -_limit));
    }

    private async Task CallAsync(string call, CancellationToken? cancellationToken = null)
    {
        CancellationToken token = cancellationToken ?? _caller.Token;
        Task work = call switch
        {
            "GetAsync" => _client.GetAsync("items", token),
            "GetString" => _client.GetStringAsync("items", token),
            "GetByteArray" => _client.GetByteArrayAsync("items", token),
            _ => _client.PostAsync("items", new StringContent("text"), token),
        };
        await work.ConfigureAwait(false);
    }

    // The shape of HttpClient.Timeout, as seen on a real one.
    private static async Task AssertTimedOutAsync(Task request)
    {
        TaskCanceledException thrown = await Assert.ThrowsAsync<TaskCanceledException>(() => request);
        Assert.Equal(
            "The request was canceled due to the configured HttpClient.Timeout of 5 seconds elapsing.", thrown.Message);
        Assert.IsType<TimeoutException>(thrown.InnerException);
        Assert.IsType<OperationCanceledException>(thrown.InnerException.InnerException, exactMatch: false);
        Assert.True(thrown.CancellationToken.IsCancellationRequested);
    }

    private sealed class StalledContent : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new NotSupportedException();

        protected override async Task SerializeToStreamAsync(
            Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            var end = new TaskCompletionSource();
            await using CancellationTokenRegistration cancel =
                cancellationToken.UnsafeRegister(_ => end.TrySetCanceled(cancellationToken), null);
            await end.Task;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private sealed class CountingTimeProvider : TimeProvider
    {
        private int _alive;
        private int _created;

        public int Alive => _alive;

        public int Created => _created;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _created++;
            _alive++;
            return new CountedTimer(this, base.CreateTimer(callback, state, dueTime, period));
        }

        private sealed class CountedTimer(CountingTimeProvider owner, ITimer timer) : ITimer
        {
            private bool _disposed;

            public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime, period);

            public void Dispose()
            {
                if (!_disposed) owner._alive--;
                _disposed = true;
                timer.Dispose();
            }

            public ValueTask DisposeAsync()
            {
                Dispose();
                return default;
            }
        }
    }
}
