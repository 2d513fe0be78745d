using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

// What replaces the coordination primitives of AsyncEx.
public class MigratingFromAsyncExPrimitivesSnippets
{
    [Fact]
    public async Task ALock_GivesALease()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-lock
        var gate = new AsyncLock("balance");
        var balance = 0;

        async Task DepositAsync(int amount)
        {
            using (await gate.LockAsync(cancellationToken))
            {
                int before = balance;
                await Task.Yield();
                balance = before + amount;
            }
        }
        #endregion

        await Task.WhenAll(DepositAsync(1), DepositAsync(2), DepositAsync(3));
        Assert.Equal(6, balance);
        Assert.False(gate.IsHeld);
    }

    [Fact]
    public async Task ALockThatIsNotFree_CanBeLeft()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var timeProvider = new ManualTimeProvider();
        var gate = new AsyncLock(timeProvider: timeProvider);

        #region migrate-lock-try
        bool PrintIfFree()
        {
            if (!gate.TryLock(out AsyncLock.Lease lease)) return false; // was: a token that is cancelled already
            using (lease) return true;
        }

        async Task<bool> PrintSoonAsync()
        {
            using AsyncLock.Lease lease = await gate.TryLockAsync(TimeSpan.FromSeconds(5), cancellationToken);
            return lease.IsAcquired; // was: a token that is cancelled later
        }
        #endregion

        Assert.True(PrintIfFree());
        Assert.True(await PrintSoonAsync());
        using (await gate.LockAsync(cancellationToken))
        {
            Assert.False(PrintIfFree());
            Task<bool> soon = PrintSoonAsync();
            Assert.False(soon.IsCompleted);
            timeProvider.Advance(TimeSpan.FromSeconds(5));
            Assert.False(await soon);
        }
    }

    [Fact]
    public async Task ASemaphore_GivesALease()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var open = 0;
        var most = 0;

        #region migrate-semaphore
        var connections = new AsyncSemaphore(permits: 2);

        async Task QueryAsync()
        {
            using (await connections.AcquireAsync(cancellationToken: cancellationToken)) // LockAsync
            {
                most = Math.Max(most, Interlocked.Increment(ref open));
                await Task.Yield();
                Interlocked.Decrement(ref open);
            }
        }
        #endregion

        await Task.WhenAll(QueryAsync(), QueryAsync(), QueryAsync(), QueryAsync());
        Assert.InRange(most, 1, 2);
        Assert.Equal(2, connections.CurrentCount);
        Assert.Throws<SemaphoreFullException>(() => connections.Release());
    }

    [Fact]
    public async Task ASemaphoreThatCountsSignals_BeginsEmpty()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-semaphore-signals
        var deliveries = new AsyncSemaphore(initialCount: 0, permits: int.MaxValue);

        Task SignAsync() => deliveries.AcquireAsync(1, cancellationToken).AsTask(); // WaitAsync: nobody keeps the lease

        void Deliver(int parcels) => deliveries.Release(parcels);
        #endregion

        Task first = SignAsync();
        Assert.False(first.IsCompleted);
        Deliver(2);
        await first;
        await SignAsync();
        Assert.Equal(0, deliveries.CurrentCount);
    }

    [Fact]
    public async Task AReaderWriterLock_GivesALeaseOfEachKind()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-reader-writer-lock
        var gate = new AsyncReaderWriterLock("prices");
        var prices = new Dictionary<string, decimal>();

        async Task<decimal> ReadAsync(string item)
        {
            using (await gate.ReaderLockAsync(cancellationToken)) return prices[item];
        }

        async Task WriteAsync(string item, decimal price)
        {
            using (await gate.WriterLockAsync(cancellationToken)) prices[item] = price;
        }
        #endregion

        await WriteAsync("pen", 2);
        Assert.Equal(2, await ReadAsync("pen"));
        Assert.Equal(0, gate.ReaderCount);
        Assert.False(gate.IsWriterHeld);
    }

    [Fact]
    public async Task AManualResetEvent_LetsAllThrough()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-manual-reset-event
        var started = new AsyncManualResetEvent();

        async Task<string> ServeAsync(string guest)
        {
            await started.WaitAsync(cancellationToken);
            return $"{guest} is served";
        }

        Task<string>[] serving = [ServeAsync("Ada"), ServeAsync("Ben")];
        started.Set();
        string[] served = await Task.WhenAll(serving);
        #endregion

        Assert.Equal(["Ada is served", "Ben is served"], served);
        Assert.True(started.IsSet);
        started.Reset();
        Assert.False(started.IsSet);
    }

    [Fact]
    public async Task AnAutoResetEvent_LetsOneThrough()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-auto-reset-event
        var changed = new AsyncAutoResetEvent();

        changed.Set(); // nobody waits: the signal is kept, and a second one would add nothing
        await changed.WaitAsync(cancellationToken);
        #endregion

        Assert.False(changed.IsSet);
        Task waiting = changed.WaitAsync(cancellationToken).AsTask();
        Assert.False(waiting.IsCompleted);
        changed.Set();
        await waiting;
    }

    [Fact]
    public async Task ACountdown_EndsAtZero()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-countdown-event
        var open = new AsyncCountdownEvent(initialCount: 2);

        open.AddCount();
        open.Signal(2);
        bool isLast = open.Signal(); // true: the count is zero now
        await open.WaitAsync(cancellationToken);
        #endregion

        Assert.True(isLast);
        Assert.True(open.IsSet);
        Assert.False(open.TryAddCount());
        Assert.Throws<InvalidOperationException>(() => open.Signal());
        open.Reset(1);
        Assert.False(open.IsSet);
    }

    [Fact]
    public async Task AMonitor_IsALockAndACondition()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-monitor
        var gate = new AsyncLock();
        var filled = new AsyncConditionVariable(gate);
        var shelf = new Queue<string>();

        async Task<string> TakeAsync()
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);          // EnterAsync
            await filled.WaitUntilAsync(lease, () => shelf.Count > 0, cancellationToken); // WaitAsync, in a loop
            return shelf.Dequeue();
        }

        async Task PutAsync(string item)
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);
            shelf.Enqueue(item);
            filled.Notify(); // Pulse
        }
        #endregion

        Task<string> taking = TakeAsync();
        Assert.False(taking.IsCompleted);
        await PutAsync("pen");
        Assert.Equal("pen", await taking);
    }

    [Fact]
    public async Task ACondition_WaitsUnderALease()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        #region migrate-condition-variable
        var gate = new AsyncLock();
        var moved = new AsyncConditionVariable(gate);
        var floor = 0;

        async Task RideToAsync(int goal)
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);
            while (floor != goal) await moved.WaitAsync(lease, cancellationToken);
        }

        async Task MoveAsync()
        {
            using AsyncLock.Lease lease = await gate.LockAsync(cancellationToken);
            floor++;
            moved.NotifyAll();
        }
        #endregion

        Task ride = RideToAsync(2);
        await MoveAsync();
        Assert.False(ride.IsCompleted);
        await MoveAsync();
        await ride;
    }

    [Fact]
    public async Task ALazyValue_IsAskedFor()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var loads = 0;

        async Task<string> LoadAsync(CancellationToken token)
        {
            loads++;
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            return "dark";
        }

        #region migrate-lazy
        var theme = new AsyncLazy<string>(LoadAsync, retryOnFailure: false); // AsyncLazyFlags.None kept a failure, too

        Task<string> loading = theme.GetValueAsync(cancellationToken).AsTask(); // Start, Task
        string value = await theme.GetValueAsync(cancellationToken);            // await theme
        #endregion

        Assert.Equal("dark", value);
        Assert.Equal("dark", await loading);
        Assert.True(theme.IsValueCreated);
        Assert.Equal(1, loads);
    }

    [Fact]
    public async Task APauseToken_IsTheWaitOfAnEvent()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var steps = 0;

        #region migrate-pause-token
        var running = new AsyncManualResetEvent(isSet: true); // PauseTokenSource

        async Task WorkAsync(Func<CancellationToken, ValueTask> whilePaused) // PauseToken: it can wait, not switch
        {
            for (var i = 0; i < 3; i++)
            {
                await whilePaused(cancellationToken);
                steps++;
            }
        }

        running.Reset();                           // IsPaused = true
        Task working = WorkAsync(running.WaitAsync);
        running.Set();                             // IsPaused = false
        await working;
        #endregion

        Assert.Equal(3, steps);
        running.Reset();
        Task paused = WorkAsync(running.WaitAsync);
        Assert.False(paused.IsCompleted);
        Assert.Equal(3, steps);
        running.Set();
        await paused;
    }

    [Fact]
    public async Task ABarrier_IsBack()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var rounds = 0;

        #region migrate-barrier
        var barrier = new AsyncBarrier(participantCount: 2, (phase, token) =>
        {
            rounds++;
            return ValueTask.CompletedTask;
        });

        async Task WalkAsync()
        {
            for (var i = 0; i < 3; i++) await barrier.SignalAndWaitAsync(cancellationToken);
        }

        await Task.WhenAll(WalkAsync(), WalkAsync());
        #endregion

        Assert.Equal(3, rounds);
        Assert.Equal(3, barrier.CurrentPhaseNumber);
    }
}
