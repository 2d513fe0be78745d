namespace AsyncKit.Testing.Tests;

/// <summary>Test classes for <see cref="InnerRun"/>: xunit does not find them by itself, as they are in an internal
/// one.</summary>
internal static class Cases
{
    public sealed class Passing
    {
        [AsyncFact]
        public Task Test(TestEnv env) => env.DelayAsync(TimeSpan.FromHours(1));
    }

    public sealed class FailedAssertion
    {
        [AsyncFact]
        public async Task Test(TestEnv env)
        {
            await env.DelayAsync(TimeSpan.FromSeconds(7));
            Assert.Equal(1, 2);
        }
    }

    public sealed class Throwing
    {
        [AsyncFact]
        public void Test() => throw new InvalidDataException("not good");
    }

    public sealed class Deadlock
    {
        [AsyncFact(ExternalGraceMilliseconds = 0)]
        public Task Test() => new TaskCompletionSource().Task;
    }

    public sealed class NeverEnding
    {
        [AsyncFact(RealTimeoutMilliseconds = 50)]
        public Task Test(TestEnv env) => env.ExternalAsync(() => new TaskCompletionSource().Task);
    }

    public sealed class FailingTwice
    {
        [AsyncFact]
        public async Task Test(TestEnv env)
        {
            env.Background("server", async end =>
            {
                await Task.WhenAny(env.DelayAsync(Timeout.InfiniteTimeSpan, end));
                throw new InvalidDataException("at the end");
            });
            await env.YieldAsync();
            Assert.Fail("at first");
        }
    }

    public sealed class Skipping
    {
        [AsyncFact]
        public async Task Test(TestEnv env)
        {
            await env.YieldAsync();
            Assert.Skip("not today");
        }
    }

    public sealed class Cancelled
    {
        [AsyncFact]
        public Task Test(TestEnv env)
        {
            TestContext.Current.CancelCurrentTest();
            return env.ExternalAsync(() => new TaskCompletionSource().Task);
        }
    }

    public sealed class TimedOutByXunit
    {
        private static readonly TaskCompletionSource _end = new();

        public static Task End => _end.Task;

        /// <summary>On a machine that is very busy the time may be over before the work begins.</summary>
        public static bool HasBegun { get; private set; }

        [AsyncFact(Timeout = 200)]
        public Task Test(TestEnv env)
        {
            env.Background("watch", end =>
            {
                end.Register(_end.SetResult);
                HasBegun = true;
                return env.DelayAsync(Timeout.InfiniteTimeSpan, end);
            });
            return env.ExternalAsync(() => new TaskCompletionSource().Task);
        }
    }

    public sealed class WrongOption
    {
        [AsyncFact(MaxSteps = 0)]
        public void Test() => Assert.Fail("should not run");
    }

    public sealed class FewSteps
    {
        [AsyncFact(MaxSteps = 10)]
        public async Task Test(TestEnv env)
        {
            while (env.Elapsed >= TimeSpan.Zero) await env.YieldAsync();
        }
    }

    public sealed class ManualClock
    {
        [AsyncFact(AutoAdvance = AutoAdvance.Manual, ExternalGraceMilliseconds = 0)]
        public Task Test(TestEnv env) => env.DelayAsync(TimeSpan.FromSeconds(1));
    }

    public sealed class OtherParameter
    {
        [AsyncFact]
        public void Test(TestEnv env, int number) => Assert.Fail($"should not run with {number} and {env.Elapsed}");
    }

    public sealed class LostUpdate
    {
        [ExploreFact]
        public async Task Test(TestEnv env)
        {
            var count = 0;
            await Task.WhenAll(env.Start("one", AddAsync), env.Start("two", AddAsync));
            Assert.Equal(2, count);

            async Task AddAsync()
            {
                await env.YieldAsync();
                int seen = count;
                await env.YieldAsync();
                count = seen + 1;
            }
        }
    }

    public sealed class LateTimer
    {
        [ExploreFact(Schedules = 100)]
        public async Task Early(TestEnv env) => Assert.False(await IsOverAsync(env), "early");

        [ExploreFact(Schedules = 100, EarlyTimers = false)]
        public async Task InTime(TestEnv env) => Assert.False(await IsOverAsync(env), "in time");

        private static async Task<bool> IsOverAsync(TestEnv env)
        {
            Task delay = env.DelayAsync(TimeSpan.FromSeconds(1));
            for (var i = 0; i < 5; i++) await env.YieldAsync();
            bool isOver = delay.IsCompleted;
            await delay;
            return isOver;
        }
    }

    public sealed class WrongSchedules
    {
        [ExploreFact(Schedules = 0)]
        public void Test() => Assert.Fail("should not run");
    }

    public sealed class WrongToken
    {
        [ExploreFact(Tokens = ["AK1-nonsense"])]
        public void Test() => Assert.Fail("should not run");
    }

    public sealed class SkippingExplored
    {
        [ExploreFact]
        public async Task Test(TestEnv env)
        {
            await env.YieldAsync();
            Assert.Skip("not today");
        }
    }

    public sealed class CancelledExplored
    {
        private static int _number;

        [ExploreFact(Schedules = int.MaxValue)]
        public void Test()
        {
            if (++_number is 100) TestContext.Current.CancelCurrentTest();
        }
    }

    public sealed class NoData
    {
        public static IEnumerable<object[]> Rows => [];

        [AsyncTheory(SkipTestWithoutData = true, DisableDiscoveryEnumeration = true)]
        [MemberData(nameof(Rows))]
        public void Test(int number) => Assert.Fail($"should not run with {number}");
    }

    public sealed class BadData
    {
        public static IEnumerable<object[]> Rows => throw new InvalidDataException("no rows today");

        [AsyncTheory(DisableDiscoveryEnumeration = true)]
        [MemberData(nameof(Rows))]
        public void Test(int number) => Assert.Fail($"should not run with {number}");
    }

    public sealed class Rows
    {
        public static IEnumerable<object[]> All => [[1], [2]];

        [AsyncTheory]
        [MemberData(nameof(All))]
        public Task Test(int hours, TestEnv env = null!) => env.DelayAsync(TimeSpan.FromHours(hours));

        [AsyncTheory]
        [MemberData(nameof(All))]
        public Task TestThatAlwaysGetsOne(int hours, TestEnv env) => env.DelayAsync(TimeSpan.FromHours(hours));
    }

    public sealed class First : Meeting
    {
        [AsyncFact]
        public Task Test(TestEnv env) => MeetAsync(env, TimeSpan.FromHours(1));
    }

    public sealed class Second : Meeting
    {
        [AsyncFact]
        public Task Test(TestEnv env) => MeetAsync(env, TimeSpan.FromHours(2));
    }

    public abstract class Meeting
    {
        private static readonly TaskCompletionSource _met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private static int _arrived;

        protected static async Task MeetAsync(TestEnv env, TimeSpan delay)
        {
            if (Interlocked.Increment(ref _arrived) is 2) _met.SetResult();
            await env.ExternalAsync(() => _met.Task);
            Task work = env.Start("work", () => env.DelayAsync(delay));
            await env.DelayAsync(delay / 2);
            await work;

            Assert.Equal(delay, env.Elapsed);
            Assert.Same(env, TestEnv.Current);
        }
    }
}
