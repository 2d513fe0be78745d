using System.Collections.Concurrent;
using AsyncKit.Concurrency;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Concurrency;

public class BackgroundTasksTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    private readonly ConcurrentQueue<(Exception Fault, string Name)> _faults = new();

    [Fact]
    public Task AFault_IsReportedWhenItHappens_BeforeTheWorkCountsAsEnded() => AsyncTest.RunAsync(async env =>
    {
        var fault = new IOException("the disk is full");
        BackgroundTasks background = Make(env);

        Task work = background.Run("saving", async token =>
        {
            await Task.Delay(_second, env.Time, token);
            throw fault;
        });
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.Equal((fault, "saving"), Assert.Single(_faults));
        Assert.Same(fault, work.Exception!.InnerException);
        Assert.Equal(_second, env.Elapsed);
        Assert.Empty(await background.DrainAsync(_second));
    });

    [Fact]
    public Task WorkThatThrowsAtOnce_HasFailedLikeAnyOther() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);

        Task work = background.Run("saving", new Func<CancellationToken, ValueTask>(_ => throw new IOException()));
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.Single(_faults);
    });

    [Fact]
    public Task FaultsThatNobodyAwaits_AreNotUnobserved() => AsyncTest.RunAsync(
        async env =>
        {
            BackgroundTasks background = Make(env);
            for (var i = 0; i < 10; i++)
                _ = background.Run("saving", static _ => ValueTask.FromException(new IOException()));

            Assert.Empty(await background.DrainAsync(_second));
            Assert.Equal(10, _faults.Count);
        },
        new AsyncTestOptions { Leaks = LeakChecks.All });

    [Fact]
    public Task MethodsThatReturnTasks_AreTaken() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);

        await background.Run("waiting", WaitAsync);
        Assert.True(background.TryRun("waiting", WaitAsync));

        Assert.Empty(await background.DrainAsync(_second));

        Task WaitAsync(CancellationToken token) => Task.Delay(_second / 2, env.Time, token);
    });

    [Fact]
    public Task ADrain_TakesNoMoreWork_AndWaitsForWhatThereIs() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);
        Task work = background.Run("waiting", token => new ValueTask(Task.Delay(_second, env.Time, token)));

        Task<IReadOnlyList<BackgroundWork>> drain = background.DrainAsync(Timeout.InfiniteTimeSpan);
        var refused = Assert.Throws<InvalidOperationException>(() => { _ = background.Run("late", DoNothingAsync); });
        bool isTaken = background.TryRun("late", DoNothingAsync);

        Assert.Empty(await drain);
        Assert.True(work.IsCompletedSuccessfully);
        Assert.Equal("BackgroundTasks \"mails\" takes no more work: it was drained or disposed.", refused.Message);
        Assert.False(isTaken);
        Assert.Empty(await background.DrainAsync(TimeSpan.Zero));
    });

    [Fact]
    public Task ADrainThatTakesTooLong_Cancels_AndSaysWhatHasNotEnded() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);
        var stubborn = new TaskCompletionSource();
        Task deaf = background.Run("deaf", _ => new ValueTask(stubborn.Task));
        await Task.Delay(_second, env.Time);
        Task polite = background.Run("polite", token => new ValueTask(
            Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token)));

        IReadOnlyList<BackgroundWork> left = await background.DrainAsync(2 * _second);

        Assert.Equal(new BackgroundWork("deaf", 8 * _second, IsRunning: true), Assert.Single(left));
        Assert.True(polite.IsCanceled);
        Assert.Empty(_faults);
        Assert.Equal(8 * _second, env.Elapsed);

        stubborn.SetException(new IOException("late"));
        await deaf.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Assert.Equal("deaf", Assert.Single(_faults).Name);
    });

    [Fact]
    public async Task WorkThatBlocksWhenItIsCancelled_IsNotWaitedForLongerThanTheGrace()
    {
        var background = new BackgroundTasks(
            (fault, name) => _faults.Enqueue((fault, name)),
            new BackgroundTasksOptions { CancellationGrace = TimeSpan.Zero });
        var hasBegun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var gate = new ManualResetEventSlim();
        Task work = background.Run("blocking", token =>
        {
            token.Register(() => gate.Wait(CancellationToken.None));
            hasBegun.SetResult();
            return new ValueTask(Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token));
        });
        await hasBegun.Task;

        Task<IReadOnlyList<BackgroundWork>> drain = background.DrainAsync(TimeSpan.Zero);
        Task first = await Task.WhenAny(drain, Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System));
        gate.Set();

        Assert.Same(drain, first);
        Assert.Equal("blocking", Assert.Single(await drain).Name);
        await Task.WhenAny(work);
    }

    [Fact]
    public Task CancelledByItself_ItIsAFault() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);

        Task work = background.Run("polling", static _ => throw new OperationCanceledException("not ours"));
        await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        Assert.True(work.IsFaulted);
        Assert.IsType<OperationCanceledException>(Assert.Single(_faults).Fault);
    });

    [Fact]
    public Task TheCallerOfADrain_MayLeave_AndTheWorkGoesOn() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);
        Task work = background.Run("waiting", token => new ValueTask(Task.Delay(3 * _second, env.Time, token)));
        using var impatient = new CancellationTokenSource(_second, env.Time);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => background.DrainAsync(Timeout.InfiniteTimeSpan, impatient.Token));
        await work;

        Assert.Equal(3 * _second, env.Elapsed);
    });

    [Fact]
    public Task WhoHasAwaitedTheWork_FindsItsPlaceFree() => Task.Run(static async () =>
    {
        var background = new BackgroundTasks(static (_, _) => { }, new BackgroundTasksOptions { Capacity = 1 });

        for (var i = 0; i < 20_000; i++) await background.Run("short", static _ => default(ValueTask));
    });

    [Fact]
    public Task TheCapacity_CountsWhatIsUnfinished() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env, new BackgroundTasksOptions { Capacity = 2 });
        Task first = background.Run("first", token => new ValueTask(Task.Delay(_second, env.Time, token)));
        _ = background.Run("second", token => new ValueTask(Task.Delay(2 * _second, env.Time, token)));

        var refused = Assert.Throws<InvalidOperationException>(() => { _ = background.Run("third", DoNothingAsync); });
        await first;
        await env.IdleAsync();

        Assert.Equal("BackgroundTasks has 2 unfinished, which is its capacity.", refused.Message);
        Assert.True(background.TryRun("third", DoNothingAsync));
        await background.DrainAsync(Timeout.InfiniteTimeSpan);
    });

    [Fact]
    public Task TheLimit_LetsSoManyRun_AndTheSnapshotSaysWhich() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env, new BackgroundTasksOptions { Limit = new ConcurrencyLimit(1) });
        Task first = background.Run("first", token => new ValueTask(Task.Delay(_second, env.Time, token)));
        await Task.Delay(_second / 2, env.Time);
        Task second = background.Run("second", token => new ValueTask(Task.Delay(_second, env.Time, token)));
        await env.IdleAsync();

        Assert.Equal(
            [
                new BackgroundWork("first", _second / 2, IsRunning: true),
                new BackgroundWork("second", TimeSpan.Zero, IsRunning: false),
            ],
            background.GetSnapshot());
        await Task.WhenAll(first, second);
        Assert.Equal(2 * _second, env.Elapsed);
    });

    [Fact]
    public Task Disposing_CancelsAtOnce_AndReportsWhatCallbacksThrow() => AsyncTest.RunAsync(async env =>
    {
        BackgroundTasks background = Make(env);
        Task work = background.Run("waiting", async token =>
        {
            token.Register(static () => throw new IOException("callback"));
            await Task.Delay(Timeout.InfiniteTimeSpan, env.Time, token);
        });
        await env.IdleAsync();

        await background.DisposeAsync();

        Assert.True(work.IsCanceled);
        (Exception fault, string name) = Assert.Single(_faults);
        Assert.Equal(("callback", "BackgroundTasks \"mails\""), (fault.Message, name));
        Assert.Equal(TimeSpan.Zero, env.Elapsed);
    });

    [Fact]
    public async Task TheWork_HasTheValuesOfItsCaller_AndNoSynchronizationContext()
    {
        var local = new AsyncLocal<string?> { Value = "caller" };
        var background = new BackgroundTasks((fault, name) => _faults.Enqueue((fault, name)));
        (string? Value, SynchronizationContext? Context, bool IsPooled) seen = default;
        SynchronizationContext.SetSynchronizationContext(new SynchronizationContext());
        try
        {
            await background.Run("looking", _ =>
            {
                seen = (local.Value, SynchronizationContext.Current, Thread.CurrentThread.IsThreadPoolThread);
                local.Value = "work";
                return default;
            });
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(null);
        }

        Assert.Equal(("caller", null, true), seen);
        Assert.Equal("caller", local.Value);
    }

    [Fact]
    public Task ADrain_MissesNoWorkThatWasTaken() => AsyncTest.ExploreAsync(
        async env =>
        {
            var ended = 0;
            BackgroundTasks background = Make(env);
            Task<int> starting = Task.Run(() =>
            {
                var taken = 0;
                for (var i = 0; i < 2; i++)
                {
                    if (background.TryRun("work", WorkAsync)) taken++;
                }

                return taken;
            });
            IReadOnlyList<BackgroundWork> left = await background.DrainAsync(_second);
            int endedByThen = Volatile.Read(ref ended);

            Assert.Empty(left);
            Assert.Equal(await starting, endedByThen);

            async ValueTask WorkAsync(CancellationToken token)
            {
                await Task.Yield();
                Interlocked.Increment(ref ended);
            }
        },
        new ExploreOptions { Schedules = 300 });

    [Fact]
    public async Task ManyAtATime_AreAllDrained()
    {
        const int Many = 100_000;
        var ended = 0;
        var background = new BackgroundTasks(
            (fault, name) => _faults.Enqueue((fault, name)), new BackgroundTasksOptions { Capacity = Many });
        for (var i = 0; i < Many; i++)
        {
            _ = background.Run("work", async _ =>
            {
                await Task.Yield();
                Interlocked.Increment(ref ended);
            });
        }

        Assert.Empty(await background.DrainAsync(Timeout.InfiniteTimeSpan, TestContext.Current.CancellationToken));
        Assert.Equal((Many, 0), (ended, background.Count));
    }

    [Theory]
    [InlineData(0, 5.0, "Capacity must be at least 1, but was 0.")]
    [InlineData(1, -2.0, "CancellationGrace must be from zero to 4294967294 ms, or infinite, but was -00:00:02.")]
    public void OptionsOutOfRange_AreRefused(int capacity, double grace, string message)
    {
        var options = new BackgroundTasksOptions
        {
            Capacity = capacity,
            CancellationGrace = TimeSpan.FromSeconds(grace),
        };

        var refused = Assert.Throws<ArgumentException>(() => new BackgroundTasks((_, _) => { }, options));

        Assert.StartsWith(message, refused.Message, StringComparison.Ordinal);
    }

    private static ValueTask DoNothingAsync(CancellationToken cancellationToken) => default;

    private BackgroundTasks Make(TestEnv env, BackgroundTasksOptions? options = null) => new(
        (fault, name) => _faults.Enqueue((fault, name)),
        (options ?? new BackgroundTasksOptions { Name = "mails" }) with { TimeProvider = env.Time });
}
