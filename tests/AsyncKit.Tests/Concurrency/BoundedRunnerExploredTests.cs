using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;
using AsyncKit.Tests.Synchronization;

namespace AsyncKit.Tests.Concurrency;

/// <summary>What holds in every order that an exploration comes to.</summary>
[Collection(typeof(Alone))]
public class BoundedRunnerExploredTests
{
    private static readonly ExploreOptions _options = new() { Schedules = 150, Leaks = LeakChecks.All };

    [Fact]
    public Task EveryItem_IsRunOnce_NeverMoreThanTheLimitAtATime() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var runner = new BoundedRunner(2);
            var running = 0;
            var ran = new List<int>();
            env.Always(() => running <= 2, "More than the limit run.");

            await Task.WhenAll(
                env.Start("one", () => runner.ForEachAsync([1, 2, 3], WorkAsync)),
                env.Start("other", () => runner.ForEachAsync([4, 5], WorkAsync)));

            Assert.Equal([1, 2, 3, 4, 5], ran.Order());
            Assert.Equal(2, runner.Limit.CurrentCount);

            async ValueTask WorkAsync(int item, CancellationToken token)
            {
                running++;
                await env.YieldAsync();
                ran.Add(item);
                running--;
            }
        },
        _options);

    [Fact]
    public Task AFaultAndACancellationThatMeet_EndTheRunOneWay_WithNothingLeft() => AsyncTest.ExploreAsync(
        static async env =>
        {
            using var caller = new CancellationTokenSource();
            var limit = new ConcurrencyLimit(2);
            var running = 0;
            var hasFaulted = false;

            Task run = new BoundedRunner(limit).ForEachAsync([1, 2, 3], WorkAsync, caller.Token);
            await Task.WhenAll(
                env.Start("canceller", AtOnce.Do(caller.Cancel)),
                Settled.CaptureAsync(_ => run).AsTask());

            Assert.Equal(0, running);
            Assert.Equal(2, limit.CurrentCount);
            Assert.Equal(hasFaulted, run.IsFaulted);
            Assert.NotEqual(run.IsFaulted, run.IsCanceled);

            async ValueTask WorkAsync(int item, CancellationToken token)
            {
                running++;
                await env.YieldAsync();
                running--;
                token.ThrowIfCancellationRequested();
                if (item is not 2) return;
                hasFaulted = true;
                throw new IOException("broken");
            }
        },
        _options);

    [Fact]
    public Task AStream_GivesEachResultOnce_InItsOrder() => AsyncTest.ExploreAsync(
        static async env =>
        {
            bool preserveOrder = env.Maybe();
            var runner = new BoundedRunner(new BoundedRunnerOptions
            {
                MaxConcurrency = 2,
                BufferCapacity = 1,
                PreserveOrder = preserveOrder,
            });
            var seen = new List<int>();

            await foreach (int result in runner.StreamAsync(Enumerable.Range(0, 5), Yields(env))) seen.Add(result);

            Assert.Equal(Enumerable.Range(0, 5), preserveOrder ? seen : seen.Order());
        },
        _options);

    [Fact]
    public Task AStreamThatIsBrokenOutOf_LeavesNothing() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var limit = new ConcurrencyLimit(2);
            var running = 0;
            var isDisposed = false;
            var runner = new BoundedRunner(new BoundedRunnerOptions { Limit = limit, BufferCapacity = 1 });
            int last = env.Choose(3);

            await foreach (int _ in runner.StreamAsync(Source(), WorkAsync))
            {
                if (last-- is 0) break;
            }

            Assert.Equal(0, running);
            Assert.True(isDisposed);
            Assert.Equal(2, limit.CurrentCount);

            async ValueTask<int> WorkAsync(int item, CancellationToken token)
            {
                running++;
                await env.YieldAsync();
                running--;
                return item;
            }

            IEnumerable<int> Source()
            {
                try
                {
                    for (var i = 0; ; i++) yield return i;
                }
                finally
                {
                    isDisposed = true;
                }
            }
        },
        _options);

    [Fact]
    public Task ItemsOfOneKey_AreAloneAndInOrder() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 3, BufferCapacity = 1 });
            var busy = new HashSet<int>();
            var ran = new List<int>();

            await runner.ForEachByKeyAsync(Enumerable.Range(0, 6), item => item % 2, async (item, _) =>
            {
                Assert.True(busy.Add(item % 2), "Two items of one key run.");
                await env.YieldAsync();
                ran.Add(item);
                busy.Remove(item % 2);
            });

            Assert.Equal([0, 2, 4], ran.Where(item => item % 2 is 0));
            Assert.Equal([1, 3, 5], ran.Where(item => item % 2 is 1));
        },
        _options);

    [Fact]
    public Task ALimitThatChanges_LosesNoItem() => AsyncTest.ExploreAsync(
        static async env =>
        {
            var limit = new ConcurrencyLimit(1);
            var ran = 0;

            Task run = new BoundedRunner(limit).ForEachAsync(Enumerable.Range(0, 5), async (_, _) =>
            {
                await env.YieldAsync();
                ran++;
            });
            await Task.WhenAll(run, env.Start("changer", async () =>
            {
                foreach (int value in (int[])[3, 0, 2])
                {
                    limit.Value = value;
                    await env.YieldAsync();
                }
            }));

            Assert.Equal(5, ran);
            Assert.Equal(2, limit.CurrentCount);
        },
        _options);

    [Theory]
    [InlineData("each")]
    [InlineData("stream")]
    [InlineData("key")]
    [InlineData("single")]
    public Task CancelledAnywhere_NothingIsLeft(string kind) => AsyncTest.CancelEverywhereAsync(
        async (env, token) =>
        {
            var limit = new ConcurrencyLimit(2);
            var runner = new BoundedRunner(limit);
            var running = 0;
            try
            {
                Task run = kind switch
                {
                    "each" => runner.ForEachAsync([1, 2, 3], WorkAsync, token),
                    "key" => runner.ForEachByKeyAsync([1, 2, 3], item => item % 2, WorkAsync, cancellationToken: token),
                    "single" => runner.RunAsync(stop => WorkAsync(1, stop), token),
                    _ => runner.StreamAsync([1, 2, 3], ResultAsync, token).CountAsync(CancellationToken.None).AsTask(),
                };
                await run;
            }
            catch (OperationCanceledException e)
            {
                Assert.True(token.IsCancellationRequested);
                Assert.Equal(token, e.CancellationToken);
            }

            Assert.Equal(0, running);
            Assert.Equal((2, 0), (limit.CurrentCount, limit.WaiterCount));

            async ValueTask WorkAsync(int item, CancellationToken stop)
            {
                running++;
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(1), env.Time, stop);
                }
                finally
                {
                    running--;
                }
            }

            async ValueTask<int> ResultAsync(int item, CancellationToken stop)
            {
                await WorkAsync(item, stop);
                return item;
            }
        },
        _options);

    private static Func<int, CancellationToken, ValueTask<int>> Yields(TestEnv env) => async (item, _) =>
    {
        await env.YieldAsync();
        return item;
    };
}
