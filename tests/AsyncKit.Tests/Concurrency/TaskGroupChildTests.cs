using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Concurrency;

/// <summary>How single children begin and end, and what the group hears of it.</summary>
public class TaskGroupChildTests
{
    private static readonly TaskGroupOptions _oneAtATime = new() { MaxConcurrency = 1 };

    [Fact]
    public async Task AFaultUnderALimit_IsHeardBeforeTheNextChildBegins()
    {
        var gate = new TaskCompletionSource();
        var begun = 0;
        Task? next = null;

        Task run = TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(async ValueTask (_) =>
                {
                    await gate.Task;
                    throw new IOException("broken");
                });
                next = group.Run(_ =>
                {
                    begun++;
                    return default;
                });
                gate.SetResult();
                return default;
            },
            _oneAtATime);

        Assert.Equal("broken", (await Assert.ThrowsAsync<IOException>(() => run)).Message);
        Assert.Equal(0, begun);
        Assert.True(next!.IsCanceled);
    }

    [Fact]
    public async Task SeveralFaultsOfOneChild_AreAllTold_AlsoUnderALimit()
    {
        foreach (TaskGroupOptions options in (TaskGroupOptions[])[new(), _oneAtATime])
        {
            Task run = TaskGroup.RunAsync(
                group =>
                {
                    _ = group.Run(Task (_) => Task.WhenAll(
                        Task.FromException(new IOException("one")), Task.FromException(new IOException("two"))));
                    return default;
                },
                options);

            await Assert.ThrowsAsync<IOException>(() => run);
            Assert.Equal(["one", "two"], run.Exception!.InnerExceptions.Select(fault => fault.Message));
        }
    }

    [Fact]
    public async Task AFaultUnderALimit_IsToldOnceToTheSupervisor()
    {
        var told = new List<string>();
        var nobodyAskedFor = new OperationCanceledException("lost");

        await TaskGroup.RunAsync(
            group =>
            {
                _ = group.Run(ValueTask (_) => throw new IOException("broken"), "first");
                _ = group.Run(ValueTask<int> (_) => throw nobodyAskedFor, "second");
                return default;
            },
            new TaskGroupOptions
            {
                MaxConcurrency = 1,
                Policy = TaskGroupPolicy.Supervise,
                OnChildFault = (fault, name) => told.Add($"{name}: {fault.Message}"),
            });

        Assert.Equal(["first: broken", "second: lost"], told);
    }

    [Fact]
    public async Task AChildThatIsCancelledInTheCall_IsCancelled_AsAnAsynchronousMethodWouldBe()
    {
        Task? child = null;
        Task<int>? childWithValue = null;

        Task run = TaskGroup.RunAsync(group =>
        {
            child = group.Run(ValueTask (token) =>
            {
                group.Cancel("enough");
                token.ThrowIfCancellationRequested();
                return default;
            });
            return default;
        });
        Task runWithValue = TaskGroup.RunAsync(group =>
        {
            childWithValue = group.Run(ValueTask<int> (token) =>
            {
                group.Cancel("enough");
                token.ThrowIfCancellationRequested();
                return default;
            });
            return default;
        });

        await Assert.ThrowsAsync<OperationCanceledException>(() => run);
        await Assert.ThrowsAsync<OperationCanceledException>(() => runWithValue);
        Assert.True(child!.IsCanceled);
        Assert.True(childWithValue!.IsCanceled);
    }

    [Fact]
    public async Task AStartThatEndsQuietlyWhenItIsCancelled_IsCancelled()
    {
        using var caller = new CancellationTokenSource();
        Task<int>? start = null;

        Task run = TaskGroup.RunAsync(
            group =>
            {
                start = group.StartAsync<int>(async (_, token) =>
                {
                    var cancelled = new TaskCompletionSource();
                    await using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
                    await cancelled.Task;
                });
                return default;
            },
            cancellationToken: caller.Token);
        await caller.CancelAsync();

        var thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => start!);
    }

    [Fact]
    public async Task ACancelThatComesWhenAllHaveLeft_TakesNoValueAway()
    {
        TaskGroup? ended = null;
        var clock = new CallingClock(() => ended!.Cancel("too late"));

        string value = await TaskGroup.RunAsync(
            group =>
            {
                ended = group;
                return new ValueTask<string>("value");
            },
            new TaskGroupOptions { Timeout = TimeSpan.FromMinutes(1), TimeProvider = clock });

        Assert.Equal("value", value);
        Assert.True(clock.WasCalled);
    }

    // A group disposes its timer when all have left, and before it tells how it ended.
    private sealed class CallingClock(Action whenDisposed) : TimeProvider
    {
        public bool WasCalled { get; private set; }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new CallingTimer(this);

        private void Call()
        {
            if (WasCalled) return;
            WasCalled = true;
            whenDisposed();
        }

        private sealed class CallingTimer(CallingClock clock) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose() => clock.Call();

            public ValueTask DisposeAsync()
            {
                clock.Call();
                return default;
            }
        }
    }
}
