using AsyncKit.Concurrency;
using AsyncKit.Errors;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class BoundedRunnerOptionsTests
{
    public static TheoryData<BoundedRunnerOptions, string> Wrong { get; } = new()
    {
        { new BoundedRunnerOptions(), "MaxConcurrency or Limit must be set." },
        {
            new BoundedRunnerOptions { MaxConcurrency = 1, Limit = new ConcurrencyLimit(1) },
            "MaxConcurrency and Limit cannot both be set."
        },
        { new BoundedRunnerOptions { MaxConcurrency = 0 }, "MaxConcurrency must be at least 1, but was 0." },
        {
            new BoundedRunnerOptions { MaxConcurrency = 1, BufferCapacity = -1 },
            "BufferCapacity must be at least 0, but was -1."
        },
        { new BoundedRunnerOptions { MaxConcurrency = 1, MaxErrors = 0 }, "MaxErrors must be at least 1, but was 0." },
        {
            new BoundedRunnerOptions { MaxConcurrency = 1, OnError = (ErrorPolicy)7 },
            "OnError must be StopOnFirst or CollectAll, but was 7."
        },
        {
            new BoundedRunnerOptions { MaxConcurrency = 1, ItemTimeout = TimeSpan.FromSeconds(-2) },
            "ItemTimeout must be from zero to 4294967294 ms, or infinite, but was -00:00:02."
        },
        {
            new BoundedRunnerOptions { MaxConcurrency = 1, TimeProvider = null! },
            "TimeProvider must not be null."
        },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void AWrongOption_IsRefused_ByItsRule(BoundedRunnerOptions options, string rule) =>
        Assert.StartsWith(
            rule,
            Assert.Throws<ArgumentException>(nameof(options), () => new BoundedRunner(options)).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task CollectAll_RunsAll_KeepsTheFirstFaults_AndCountsTheOthers()
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 1,
            OnError = ErrorPolicy.CollectAll,
            MaxErrors = 2,
        });
        var ran = 0;

        Task run = runner.ForEachAsync(Enumerable.Range(1, 5), (item, _) =>
        {
            ran++;
            return item is 3 ? default : throw new IOException($"item {item}");
        });

        var faults = await Assert.ThrowsAsync<CollectedFaultsException>(() => run);
        Assert.Equal(5, ran);
        Assert.Equal(4, faults.FaultCount);
        Assert.Equal(["item 1", "item 2"], faults.InnerExceptions.Select(fault => fault.Message));
        Assert.StartsWith(
            "4 faults were collected; the first 2 of them are kept.", faults.Message, StringComparison.Ordinal);
        Assert.Same(faults, Assert.Single(run.Exception!.InnerExceptions));
    }

    [Fact]
    public Task CollectAll_AndACallerThatCancels_TellsTheFault() => AsyncTest.RunAsync(async env =>
    {
        using var caller = new CancellationTokenSource();
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 2,
            OnError = ErrorPolicy.CollectAll,
        });

        Task run = runner.ForEachAsync([1, 2], async (item, token) =>
        {
            if (item is 1) throw new IOException("real");
            await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
        }, caller.Token);
        await env.IdleAsync();
        await caller.CancelAsync();

        Assert.Equal("real", Assert.Single((await Assert.ThrowsAsync<CollectedFaultsException>(() => run))
            .InnerExceptions).Message);
    });

    [Fact]
    public Task ItemTimeout_CancelsTheItem_AndWaitsForIt() => AsyncTest.RunAsync(async env =>
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 2,
            OnError = ErrorPolicy.CollectAll,
            ItemTimeout = TimeSpan.FromSeconds(5),
            TimeProvider = env.Time,
        });
        var ended = new List<int>();

        Task run = runner.ForEachAsync([1, 9], async (seconds, token) =>
        {
            try
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), env.Time, token);
            }
            finally
            {
                await Task.Delay(TimeSpan.FromSeconds(1), env.Time, CancellationToken.None);
                ended.Add(seconds);
            }
        });

        var faults = await Assert.ThrowsAsync<CollectedFaultsException>(() => run);
        Assert.IsType<TimeoutException>(Assert.Single(faults.InnerExceptions));
        Assert.Equal([1, 9], ended);
        Assert.Equal(TimeSpan.FromSeconds(6), env.Elapsed);
    });

    [Fact]
    public Task ItemTimeout_HoldsForResultsToo_AndACallerThatCancelsIsNoTimeout() => AsyncTest.RunAsync(async env =>
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 1,
            ItemTimeout = TimeSpan.FromSeconds(5),
            TimeProvider = env.Time,
        });
        using var caller = new CancellationTokenSource();

        await Assert.ThrowsAsync<TimeoutException>(() => runner.MapAsync([9], SleepAsync));
        await Assert.ThrowsAsync<TimeoutException>(() => runner.RunAsync(token => SleepAsync(9, token)));
        Assert.Equal(3, Assert.Single(await runner.MapAsync([3], SleepAsync)));
        Task run = runner.MapAsync([9], SleepAsync, caller.Token);
        await env.IdleAsync();
        await caller.CancelAsync();
        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, cancelled.CancellationToken);

        async ValueTask<int> SleepAsync(int seconds, CancellationToken token)
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), env.Time, token);
            return seconds;
        }
    });

    [Fact]
    public Task Progress_IsReportedAfterEachItem() => AsyncTest.RunAsync(async env =>
    {
        var reports = new Reports();
        var runner = new BoundedRunner(new BoundedRunnerOptions
        {
            MaxConcurrency = 2,
            OnError = ErrorPolicy.CollectAll,
            Progress = reports,
            TimeProvider = env.Time,
        });

        Task run = runner.ForEachAsync([1, 2, 5], async (seconds, token) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(seconds), env.Time, token);
            if (seconds is 2) throw new IOException("failed");
        });
        await Assert.ThrowsAsync<CollectedFaultsException>(() => run);

        // The third item began when the first had ended.
        Assert.Equal(
            [
                new RunnerProgress(2, 1, 0, 1, TimeSpan.FromSeconds(1)),
                new RunnerProgress(3, 1, 1, 1, TimeSpan.FromSeconds(2)),
                new RunnerProgress(3, 2, 1, 0, TimeSpan.FromSeconds(6)),
            ],
            reports.All);
        Assert.Equal(0.5, reports.All[^1].Rate);
    });

    [Fact]
    public void Rate_BeforeAnyTimeHasPassed_IsZero() => Assert.Equal(0, new RunnerProgress(3, 2, 1, 0, default).Rate);

    [Fact]
    public async Task Progress_IsReportedOneAtATime_AndTheLastReportHasAll()
    {
        const int Items = 10_000;
        var reports = new Reports();
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 4, Progress = reports });

        await runner.ForEachAsync(Enumerable.Range(0, Items), static async (_, _) => await Task.Yield());

        RunnerProgress last = reports.All[^1];
        Assert.Equal((Items, Items, 0L, 0), (last.Started, last.Completed, last.Failed, last.Running));
        Assert.All(reports.All, report => Assert.InRange(report.Running, 0, 4));
        long[] completed = [.. reports.All.Select(report => report.Completed)];
        Assert.Equal(completed.Order(), completed);
    }

    [Fact]
    public async Task AReceiverThatThrows_FaultsTheRun()
    {
        var runner = new BoundedRunner(
            new BoundedRunnerOptions { MaxConcurrency = 1, Progress = new Reports(fails: true) });

        Task run = runner.ForEachAsync([1, 2], static (_, _) => default);

        Assert.Equal("report 1", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
        Assert.Single(run.Exception!.InnerExceptions);
    }

    [Fact]
    public void Name_IsInReports()
    {
        var runner = new BoundedRunner(new BoundedRunnerOptions { MaxConcurrency = 4, Name = "imports" });

        Assert.Equal("BoundedRunner \"imports\" (4 at a time)", runner.ToString());
    }

    // Not Progress<T>, which posts its reports to another thread.
    private sealed class Reports(bool fails = false) : IProgress<RunnerProgress>
    {
        private readonly Lock _reporting = new();

        public List<RunnerProgress> All { get; } = [];

        public void Report(RunnerProgress value)
        {
            Assert.True(_reporting.TryEnter(), "Two reports were made at a time.");
            try
            {
                All.Add(value);
                if (fails) throw new IOException($"report {All.Count}");
            }
            finally
            {
                _reporting.Exit();
            }
        }
    }
}
