using System.Runtime.CompilerServices;
using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

/// <summary>Results that are given one by one.</summary>
public class BoundedRunnerStreamTests
{
    [Theory]
    [InlineData(false, new[] { 2, 1, 4 })]
    [InlineData(true, new[] { 4, 2, 1 })]
    public Task Results_ComeWhenTheyAreThere_OrInTheOrderOfTheSource(bool preserveOrder, int[] expected) =>
        AsyncTest.RunAsync(async env =>
        {
            var runner = new BoundedRunner(
                new BoundedRunnerOptions { MaxConcurrency = 2, PreserveOrder = preserveOrder });

            // Each takes as many seconds as it says; the third begins when the second has ended.
            Assert.Equal(expected, await runner.StreamAsync([4, 2, 1], Sleeps(env)).ToArrayAsync());
        });

    [Fact]
    public Task EachResult_IsGivenWhenItIsThere() => AsyncTest.RunAsync(async env =>
    {
        var runner = new BoundedRunner(3);

        await AsyncAssert.EmitsAsync(
            runner.StreamAsync([3, 1, 2], Sleeps(env)),
            (TimeSpan.FromSeconds(1), 1),
            (TimeSpan.FromSeconds(2), 2),
            (TimeSpan.FromSeconds(3), 3));
    });

    [Theory]
    [InlineData(0, false)]
    [InlineData(0, true)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    public Task ASlowConsumer_HoldsTheRunBack(int bufferCapacity, bool preserveOrder) => AsyncTest.RunAsync(async env =>
    {
        const int Concurrency = 3;
        var pulled = 0;
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = Concurrency,
            BufferCapacity = bufferCapacity,
            PreserveOrder = preserveOrder,
        });
        var taken = 0;

        await foreach (int result in runner.StreamAsync(Source(), YieldAsync))
        {
            Assert.InRange(result, 0, 99);
            taken++;
            await Task.Delay(TimeSpan.FromSeconds(1), env.Time);
            Assert.Equal(Math.Min(100, taken + Concurrency + bufferCapacity), pulled);
        }

        Assert.Equal(100, taken);

        IEnumerable<int> Source()
        {
            for (var i = 0; i < 100; i++)
            {
                pulled++;
                yield return i;
            }
        }
    });

    [Fact]
    public async Task ARun_BeginsWithTheFirstElementAskedFor_AndAnewForEachEnumeration()
    {
        var begun = 0;
        IAsyncEnumerable<int> stream = new BoundedRunner(2).StreamAsync(Source(), YieldAsync);
        Assert.Equal(0, begun);

        Assert.Equal(2, await stream.CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(2, await stream.CountAsync(TestContext.Current.CancellationToken));

        Assert.Equal(2, begun);

        IEnumerable<int> Source()
        {
            begun++;
            yield return 1;
            yield return 2;
        }
    }

    [Fact]
    public Task BreakingOut_CancelsTheBodies_WaitsForThem_AndDisposesTheSource() => AsyncTest.RunAsync(async env =>
    {
        var late = new List<string>();
        var isDisposed = false;
        var cleanedUp = 0;
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 4,
            OnLateFault = fault => late.Add(fault.Message),
        });

        await foreach (int result in runner.StreamAsync(Source(), WorkAsync))
        {
            Assert.Equal(0, result);
            break;
        }

        Assert.True(isDisposed);
        Assert.Equal(3, cleanedUp);
        Assert.Equal(["late"], late);
        Assert.Equal(4, runner.Limit.CurrentCount);

        async ValueTask<int> WorkAsync(int item, CancellationToken token)
        {
            if (item is 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1), env.Time, CancellationToken.None);
                return item;
            }

            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
            }
            finally
            {
                await Task.Delay(TimeSpan.FromSeconds(1), env.Time, CancellationToken.None);
                cleanedUp++;
                if (item is 2) Throw("late");
            }

            return item;
        }

        IEnumerable<int> Source()
        {
            try
            {
                for (var i = 0; i < 4; i++) yield return i;
            }
            finally
            {
                isDisposed = true;
            }
        }
    });

    [Fact]
    public Task BreakingOut_WhenTheRunHasEnded_IsHarmless() => AsyncTest.RunAsync(async env =>
    {
        await foreach (int result in new BoundedRunner(2).StreamAsync([1, 2, 3], YieldAsync))
        {
            Assert.InRange(result, 1, 3);
            await env.IdleAsync();
            break;
        }
    });

    [Theory]
    [InlineData(false, new[] { 1, 3 })]
    [InlineData(true, new int[0])]
    public Task AFault_ComesAfterTheResultsThatWereReady(bool preserveOrder, int[] before) => AsyncTest.RunAsync(
        async env =>
        {
            var runner = new BoundedRunner(
                new BoundedRunnerOptions { MaxConcurrency = 4, PreserveOrder = preserveOrder });
            var seen = new List<int>();

            // In order, the first item comes first, and fails.
            await using IAsyncEnumerator<int> results =
                runner.StreamAsync([5, 1, 3, 9], Sleeps(env, faulty: 5)).GetAsyncEnumerator();
            var fault = await Assert.ThrowsAsync<IOException>(async () =>
            {
                while (await results.MoveNextAsync()) seen.Add(results.Current);
            });

            Assert.Equal("item 5", fault.Message);
            Assert.Equal(before, seen);
            Assert.Equal(TimeSpan.FromSeconds(5), env.Elapsed);
        });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task CollectAll_GivesAllResults_AndThrowsAtTheEnd(bool preserveOrder) => AsyncTest.RunAsync(async env =>
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 2,
            PreserveOrder = preserveOrder,
            OnError = ErrorPolicy.CollectAll,
        });
        var seen = new List<int>();

        var faults = await Assert.ThrowsAsync<CollectedFaultsException>(async () =>
        {
            await foreach (int result in runner.StreamAsync([1, 2, 3, 4], Sleeps(env, faulty: 2))) seen.Add(result);
        });

        Assert.Equal([1, 3, 4], seen);
        Assert.Equal("item 2", Assert.Single(faults.InnerExceptions).Message);
    });

    [Fact]
    public Task ACancellation_ComesWithTheTokenThatAskedForIt() => AsyncTest.RunAsync(async env =>
    {
        var runner = new BoundedRunner(2);
        using var caller = new CancellationTokenSource();
        using var enumerator = new CancellationTokenSource();

        await EndsByAsync(caller, runner.StreamAsync([1, 9], Sleeps(env), caller.Token));
        await EndsByAsync(enumerator, runner.StreamAsync([1, 9], Sleeps(env)).WithCancellation(enumerator.Token));

        static async Task EndsByAsync(CancellationTokenSource source, object stream)
        {
            var seen = new List<int>();
            var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                ConfiguredCancelableAsyncEnumerable<int> results = stream is IAsyncEnumerable<int> plain
                    ? plain.ConfigureAwait(true)
                    : (ConfiguredCancelableAsyncEnumerable<int>)stream;
                await foreach (int result in results)
                {
                    seen.Add(result);
                    Cancel(source);
                }
            });
            Assert.Equal(source.Token, cancelled.CancellationToken);
            Assert.Equal([1], seen);
        }
    });

    [Fact]
    public async Task ATokenCancelledBefore_LeavesTheSourceUntouched()
    {
        IAsyncEnumerable<int> stream = new BoundedRunner(1).StreamAsync(
            Untouchable(), YieldAsync, new CancellationToken(canceled: true));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            stream.CountAsync(TestContext.Current.CancellationToken).AsTask());

        static IEnumerable<int> Untouchable()
        {
            Assert.Fail("The source was touched.");
            yield break;
        }
    }

    [Fact]
    public Task OneEnumeratorThatIsNeverAskedAgain_DoesNotKeepTheRunner() => AsyncTest.RunAsync(async _ =>
    {
        var runner = new BoundedRunner(1);
        IAsyncEnumerator<int> results = runner.StreamAsync(Enumerable.Range(0, 1_000), YieldAsync).GetAsyncEnumerator();
        Assert.True(await results.MoveNextAsync());

        // The first run has filled its buffer, and holds no permit while it waits for its consumer.
        Assert.Equal(3, await runner.MapAsync([3], YieldAsync) is [var only] ? only : 0);
        await results.DisposeAsync();
    });

    [Fact]
    public async Task SettleAsync_GivesEachItemWithItsOutcome()
    {
        var outcomes = await new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 2, PreserveOrder = true })
            .SettleAsync([1, 2, 3], static async (item, _) =>
            {
                await Task.Yield();
                if (item is 2) throw new IOException("bad item");
                if (item is 3) throw new OperationCanceledException("nobody asked");
                return item * 10;
            }).ToArrayAsync(TestContext.Current.CancellationToken);

        Assert.Equal([1, 2, 3], outcomes.Select(one => one.Item));
        Assert.Equal(10, outcomes[0].Outcome.Value);
        Assert.Equal("bad item", outcomes[1].Outcome.Exception!.Message);
        Assert.True(outcomes[2].Outcome.IsFaulted);
    }

    [Fact]
    public Task SettleAsync_ThatIsCancelled_IsNotAnOutcome() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        var seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var one in new BoundedRunner(2).SettleAsync([1, 9], Sleeps(env), caller.Token))
            {
                Assert.Equal(1, one.Outcome.Value);
                seen++;
                Cancel(caller);
            }
        });

        Assert.Equal(1, seen);
    });

    private static async ValueTask<int> YieldAsync(int item, CancellationToken cancellationToken)
    {
        await Task.Yield();
        return item;
    }

    private static Func<int, CancellationToken, ValueTask<int>> Sleeps(TestEnv env, int? faulty = null) =>
        async (seconds, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), env.Time, token);
            if (seconds == faulty) Throw($"item {seconds}");
            return seconds;
        };

    private static void Cancel(CancellationTokenSource source) => source.Cancel();

    private static void Throw(string message) => throw new IOException(message);
}
