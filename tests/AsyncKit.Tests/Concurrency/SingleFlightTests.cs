using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class SingleFlightTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly SingleFlight<string, int> _flights = new(name: "prices");
    private int _runs;

    [Fact]
    public Task CallersOfOneKey_ShareARun_AndTheNextStartsAnew() => AsyncTest.RunAsync(async env =>
    {
        Task<int>[] callers = [.. Enumerable.Range(0, 3).Select(_ => _flights.RunAsync("a", Counts(env)))];
        Task<int> other = _flights.RunAsync("b", Counts(env));
        Assert.Equal(2, _flights.Count);

        int[] values = await Task.WhenAll(callers);

        Assert.Equal(values[0], values[2]);
        Assert.NotEqual(values[0], await other);
        Assert.Equal((2, 0), (_runs, _flights.Count));
        Assert.Equal(3, await _flights.RunAsync("a", Counts(env)));
    });

    [Fact]
    public async Task MethodsThatReturnTasks_AreTaken_AndKeysAreComparedAsTold()
    {
        var gate = new TaskCompletionSource<int>();
        var flights = new SingleFlight<string, int>(StringComparer.OrdinalIgnoreCase);

        Task<int> first = flights.RunAsync("A", _ => gate.Task);
        Task<int> second = flights.RunAsync("a", static _ => Task.FromResult(2));
        gate.SetResult(1);

        Assert.Equal((1, 1), (await first, await second));
        Assert.Equal(("SingleFlight \"prices\"", "SingleFlight"), (_flights.ToString(), flights.ToString()));
        Assert.Equal("prices", _flights.Name);
    }

    [Fact]
    public Task AFault_GoesToAllWhoWait_AndTheNextCallStartsAnew() => AsyncTest.RunAsync(async env =>
    {
        var fault = new IOException("down");

        Task<int>[] callers = [.. Enumerable.Range(0, 2).Select(_ => _flights.RunAsync("a", async token =>
        {
            await Task.Delay(_second, env.Time, token);
            throw fault;
        }))];

        foreach (Task<int> caller in callers) Assert.Same(fault, await Assert.ThrowsAsync<IOException>(() => caller));
        Assert.Equal(1, await _flights.RunAsync("a", Counts(env)));
    });

    [Fact]
    public async Task WorkThatThrowsAtOnce_HasFailedLikeAnyOther()
    {
        Task<int> run = _flights.RunAsync(
            "a", new Func<CancellationToken, ValueTask<int>>(_ => throw new IOException()));

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Equal(0, _flights.Count);
    }

    [Fact]
    public async Task ACancellationNobodyAskedFor_IsAFault()
    {
        var foreign = new OperationCanceledException("not ours");

        Task<int> run = _flights.RunAsync("a", new Func<CancellationToken, ValueTask<int>>(_ => throw foreign));

        Assert.Same(foreign, await Assert.ThrowsAsync<OperationCanceledException>(() => run));
        Assert.True(run.IsFaulted);
    }

    [Fact]
    public Task ACallersToken_TakesAwayThatCallerAlone() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        Task<int> leaves = _flights.RunAsync("a", Counts(env), caller.Token);
        Task<int> stays = _flights.RunAsync("a", Counts(env));
        await env.IdleAsync();

        await caller.CancelAsync();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaves);
        Assert.Equal(caller.Token, cancelled.CancellationToken);
        Assert.Equal(1, await stays);
    });

    [Fact]
    public Task TheLastToLeave_CancelsTheWork_WhichNobodyJoinsAnyMore() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        var wasCancelled = false;
        Task<int>[] callers = [.. Enumerable.Range(0, 2).Select(_ => _flights.RunAsync(
            "a",
            async token =>
            {
                try
                {
                    await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
                }
                finally
                {
                    wasCancelled = token.IsCancellationRequested;
                    await Task.Delay(5 * _second, env.Time, CancellationToken.None);
                }

                return 0;
            },
            caller.Token))];
        await env.IdleAsync();

        await caller.CancelAsync();
        foreach (Task<int> one in callers) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);

        // While it still cleans up.
        Assert.Equal(0, _flights.Count);
        Assert.Equal(1, await _flights.RunAsync("a", Counts(env)));
        Assert.True(wasCancelled);
        await Task.Delay(9 * _second, env.Time);
    });

    [Fact]
    public async Task CancelledBeforeTheCall_NothingIsStarted()
    {
        var token = new CancellationToken(canceled: true);

        Task<int> run = _flights.RunAsync("a", _ => ValueTask.FromResult(++_runs), token);

        Assert.Equal(token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run)).CancellationToken);
        Assert.Equal((0, 0), (_runs, _flights.Count));
    }

    [Fact]
    public Task Forget_LetsTheNextCallStartAnew_AndThoseWhoWaitGetTheirs() => AsyncTest.RunAsync(async env =>
    {
        Task<int> old = _flights.RunAsync("a", Counts(env));

        Assert.True(_flights.Forget("a"));
        Assert.False(_flights.Forget("a"));
        Task<int> renewed = _flights.RunAsync("a", Counts(env));

        Assert.NotEqual(await old, await renewed);
        Assert.Equal((2, 0), (_runs, _flights.Count));
    });

    [Fact]
    public async Task TheWork_HasTheAsyncLocalsOfItsFirstCaller_AndNoContext()
    {
        var ambient = new AsyncLocal<string> { Value = "first" };

        string? seen = await new SingleFlight<int, string?>().RunAsync(
            1, _ => ValueTask.FromResult(SynchronizationContext.Current is null ? ambient.Value : null));

        Assert.Equal("first", seen);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task AComparerThatFails_LeavesNobodyWaiting(bool callersLeave) => AsyncTest.RunAsync(async env =>
    {
        var comparer = new FailingComparer();
        var flights = new SingleFlight<string, int>(comparer);
        using var caller = new CancellationTokenSource();
        Task<int> run = flights.RunAsync("a", Counts(env), caller.Token);
        await env.IdleAsync();

        comparer.Fails = true;
        if (callersLeave) await caller.CancelAsync();
        Settled<int> end = await Settled.CaptureAsync(_ => run);
        comparer.Fails = false;

        if (callersLeave) Assert.IsAssignableFrom<OperationCanceledException>(end.Exception);
        else Assert.Equal("cannot compare", end.Exception!.Message);
        Assert.Equal(2, await flights.RunAsync("a", Counts(env)));
        Assert.Equal(0, flights.Count);
    });

    [Fact]
    public Task CallersThatComeAndGo_GetAValueThatIsTheirs() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var flights = new SingleFlight<int, int>();
            using var source = new CancellationTokenSource();
            var running = 0;
            var most = 0;

            Task<Settled<int>>[] callers =
            [
                env.Start("leaves", () => CallAsync(source.Token)),
                env.Start("stays", () => CallAsync(CancellationToken.None)),
                env.Start("comes", () => CallAsync(CancellationToken.None)),
            ];
            Task canceller = env.Start("canceller", Synchronization.AtOnce.Do(source.Cancel));
            Settled<int>[] ends = await Task.WhenAll(callers);
            await canceller;

            Assert.True(ends[0].IsCompletedSuccessfully || ends[0].IsCanceled);
            Assert.Equal((1, 1), (ends[1].Value, ends[2].Value));
            Assert.Equal(0, flights.Count);
            Assert.InRange(most, 1, 2);

            Task<Settled<int>> CallAsync(CancellationToken token) =>
                Settled.CaptureAsync(stop => flights.RunAsync(1, WorkAsync, stop), token).AsTask();

            async ValueTask<int> WorkAsync(CancellationToken token)
            {
                most = Math.Max(most, ++running);
                try
                {
                    await env.YieldAsync();
                    token.ThrowIfCancellationRequested();
                    return 1;
                }
                finally
                {
                    running--;
                }
            }
        },
        new ExploreOptions { Schedules = 200 });

    private Func<CancellationToken, ValueTask<int>> Counts(TestEnv env) => async token =>
    {
        int run = Interlocked.Increment(ref _runs);
        await Task.Delay(_second, env.Time, token);
        return run;
    };

    private sealed class FailingComparer : IEqualityComparer<string>
    {
        public bool Fails { get; set; }

        public bool Equals(string? x, string? y) => StringComparer.Ordinal.Equals(x, y);

        public int GetHashCode(string obj) =>
            Fails ? throw new InvalidOperationException("cannot compare") : StringComparer.Ordinal.GetHashCode(obj);
    }
}
