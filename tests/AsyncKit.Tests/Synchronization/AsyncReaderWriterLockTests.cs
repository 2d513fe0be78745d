using AsyncKit.Synchronization;
using AsyncKit.Testing;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Who goes when.</summary>
public class AsyncReaderWriterLockTests
{
    private const int Limit = 60_000;

    private readonly ManualTimeProvider _clock = new();
    private readonly AsyncReaderWriterLock _lock;

    public AsyncReaderWriterLockTests() => _lock = new AsyncReaderWriterLock("prices", _clock);

    [Fact]
    public void Readers_ShareIt()
    {
        using ReaderLease one = _lock.ReaderLock();
        using ReaderLease other = _lock.ReaderLock();

        Assert.True(one.IsAcquired && other.IsAcquired);
        Assert.Equal(2, _lock.ReaderCount);
        Assert.False(_lock.IsWriterHeld);
        Assert.False(_lock.TryWriterLock(out _));
    }

    [Fact]
    public void AWriter_HasItAlone()
    {
        using WriterLease writing = _lock.WriterLock();

        Assert.True(_lock.IsWriterHeld);
        Assert.False(_lock.TryReaderLock(out ReaderLease reading));
        Assert.False(reading.IsAcquired);
        Assert.False(_lock.TryWriterLock(out _));
        Assert.False(_lock.TryUpgradeableReaderLock(out _));
    }

    [Fact]
    public void AnUpgradeableReader_IsTheOnlyOne_BesideReaders()
    {
        using ReaderLease before = _lock.ReaderLock();
        using UpgradeableLease upgradeable = _lock.UpgradeableReaderLock();

        Assert.True(_lock.TryReaderLock(out ReaderLease after));
        Assert.True(_lock.IsUpgradeableHeld);
        Assert.False(_lock.IsWriterHeld);
        Assert.Equal(2, _lock.ReaderCount);
        Assert.False(_lock.TryUpgradeableReaderLock(out _));
        Assert.False(_lock.TryWriterLock(out _));
        after.Dispose();
        before.Dispose();
        Assert.False(_lock.TryWriterLock(out _));
    }

    [Fact(Timeout = Limit)]
    public async Task AReader_DoesNotOvertakeAWriterThatWaits()
    {
        ReaderLease reading = await _lock.ReaderLockAsync();
        ValueTask<WriterLease> writer = _lock.WriterLockAsync();
        ValueTask<ReaderLease> newcomer = _lock.ReaderLockAsync();

        Assert.False(_lock.TryReaderLock(out _));
        Assert.False(newcomer.IsCompleted);
        Assert.Equal(2, _lock.WaiterCount);

        reading.Dispose();
        Assert.True(writer.IsCompleted);
        Assert.False(newcomer.IsCompleted);

        (await writer).Dispose();
        Assert.True(newcomer.IsCompleted);
        (await newcomer).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task ReadersAtTheFront_GoTogether_UpToTheNextWriter()
    {
        WriterLease writing = await _lock.WriterLockAsync();
        ValueTask<ReaderLease> first = _lock.ReaderLockAsync();
        ValueTask<UpgradeableLease> second = _lock.UpgradeableReaderLockAsync();
        ValueTask<ReaderLease> third = _lock.ReaderLockAsync();
        ValueTask<WriterLease> writer = _lock.WriterLockAsync();
        ValueTask<ReaderLease> fourth = _lock.ReaderLockAsync();

        writing.Dispose();

        Assert.True(first.IsCompleted && second.IsCompleted && third.IsCompleted);
        Assert.False(writer.IsCompleted || fourth.IsCompleted);
        (await first).Dispose();
        (await second).Dispose();
        Assert.False(writer.IsCompleted);
        (await third).Dispose();
        Assert.True(writer.IsCompleted);
        Assert.False(fourth.IsCompleted);
        (await writer).Dispose();
        (await fourth).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AnUpgradeableReaderThatWaitsForAnother_IsNotOvertakenByReaders()
    {
        UpgradeableLease held = await _lock.UpgradeableReaderLockAsync();
        ValueTask<UpgradeableLease> waits = _lock.UpgradeableReaderLockAsync();
        ValueTask<ReaderLease> behind = _lock.ReaderLockAsync();

        Assert.False(behind.IsCompleted);
        held.Dispose();

        Assert.True(waits.IsCompleted && behind.IsCompleted);
        (await waits).Dispose();
        (await behind).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AWriterThatIsCancelled_LetsTheReadersBehindItGo()
    {
        using var cancellation = new CancellationTokenSource();
        ReaderLease reading = await _lock.ReaderLockAsync();
        ValueTask<WriterLease> writer = _lock.WriterLockAsync(cancellation.Token);
        ValueTask<ReaderLease> behind = _lock.ReaderLockAsync();
        ValueTask<UpgradeableLease> upgradeable = _lock.UpgradeableReaderLockAsync();

        await cancellation.CancelAsync();

        Assert.True(writer.IsCanceled);
        Assert.True(behind.IsCompleted && upgradeable.IsCompleted);
        Assert.Equal(2, _lock.ReaderCount);
        reading.Dispose();
        (await behind).Dispose();
        (await upgradeable).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AWriterWhoseTimePasses_LetsTheReadersBehindItGo()
    {
        ReaderLease reading = await _lock.ReaderLockAsync();
        ValueTask<WriterLease> throws = _lock.WriterLockAsync(TimeSpan.FromSeconds(1));
        ValueTask<WriterLease> tries = _lock.TryWriterLockAsync(TimeSpan.FromSeconds(2));
        ValueTask<ReaderLease> behind = _lock.ReaderLockAsync();

        _clock.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<TimeoutException>(async () => await throws);
        Assert.False(behind.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.False((await tries).IsAcquired);
        Assert.True(behind.IsCompleted);
        reading.Dispose();
        (await behind).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AWriterThatLeavesFromBehindAnother_LetsNobodyGo()
    {
        using var cancellation = new CancellationTokenSource();
        ReaderLease reading = await _lock.ReaderLockAsync();
        ValueTask<WriterLease> front = _lock.WriterLockAsync();
        ValueTask<WriterLease> leaves = _lock.WriterLockAsync(cancellation.Token);
        ValueTask<ReaderLease> behind = _lock.ReaderLockAsync();

        await cancellation.CancelAsync();

        Assert.True(leaves.IsCanceled);
        Assert.False(front.IsCompleted || behind.IsCompleted);
        reading.Dispose();
        (await front).Dispose();
        (await behind).Dispose();
        AssertIsFree();
    }

    [Fact]
    public void ALease_IsGoodForOneRelease_AndACopyIsTheSameHold()
    {
        ReaderLease reading = _lock.ReaderLock();
        ReaderLease copy = reading;
        copy.Dispose();

        // The next hold may be the same object under another number.
        using WriterLease writing = _lock.WriterLock();
        reading.Dispose();
        copy.Dispose();
        default(ReaderLease).Dispose();
        default(WriterLease).Dispose();
        default(UpgradeableLease).Dispose();

        Assert.True(_lock.IsWriterHeld);
        writing.Dispose();
        using ReaderLease another = _lock.ReaderLock();
        writing.Dispose();
        Assert.Equal(1, _lock.ReaderCount);
    }

    [Fact(Timeout = Limit)]
    public async Task BlockedThreads_StandInTheSameQueue()
    {
        WriterLease writing = await _lock.WriterLockAsync();
        var order = new List<string>();
        Task thread = Task.Factory.StartNew(
            () =>
            {
                using WriterLease lease = _lock.WriterLock();
                order.Add("thread");
            },
            TestContext.Current.CancellationToken,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        while (_lock.WaiterCount is 0) await Task.Yield();
        ValueTask<WriterLease> behind = _lock.WriterLockAsync();

        writing.Dispose();
        using (await behind) order.Add("behind");

        await thread;
        Assert.Equal(["thread", "behind"], order);
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AThreadThatBlocks_IsReleasedByItsTokenAndItsTime()
    {
        // On the system's clock: a thread that blocks sees to its time itself.
        var @lock = new AsyncReaderWriterLock();
        using var cancellation = new CancellationTokenSource();
        using WriterLease writing = await @lock.WriterLockAsync();
        var isPastItsTimes = new TaskCompletionSource();
        Task thread = Task.Run(
            () =>
            {
                TimeSpan soon = TimeSpan.FromMilliseconds(1);
                Assert.Throws<TimeoutException>(() => @lock.ReaderLock(soon));
                Assert.Throws<TimeoutException>(() => @lock.WriterLock(soon));
                Assert.Throws<TimeoutException>(() => @lock.UpgradeableReaderLock(soon));
                Assert.False(@lock.TryReaderLock(soon, out _));
                Assert.False(@lock.TryWriterLock(soon, out _));
                Assert.False(@lock.TryUpgradeableReaderLock(soon, out _));
                isPastItsTimes.SetResult();
                Assert.Throws<OperationCanceledException>(() => @lock.ReaderLock(cancellation.Token));
            },
            TestContext.Current.CancellationToken);
        await await Task.WhenAny(isPastItsTimes.Task, thread);
        while (!thread.IsCompleted && @lock.WaiterCount is 0) await Task.Yield();
        await cancellation.CancelAsync();

        await thread;

        Assert.Equal(0, @lock.WaiterCount);
    }

    [Fact]
    public void TheToken_IsAskedFirst_AlsoWhenTheLockIsFree()
    {
        var cancelled = new CancellationToken(canceled: true);

        Assert.True(_lock.ReaderLockAsync(cancelled).IsCanceled);
        Assert.True(_lock.TryWriterLockAsync(TimeSpan.Zero, cancelled).IsCanceled);
        Assert.True(_lock.UpgradeableReaderLockAsync(TimeSpan.Zero, cancelled).IsCanceled);
        Assert.Throws<OperationCanceledException>(() => _lock.ReaderLock(cancelled));
        Assert.Throws<OperationCanceledException>(() => _lock.TryWriterLock(TimeSpan.Zero, out _, cancelled));
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task ItsName_StandsInReportsAndMessages()
    {
        using WriterLease writing = await _lock.WriterLockAsync();
        ValueTask<ReaderLease> reader = _lock.ReaderLockAsync(TimeSpan.Zero);

        Assert.Equal("AsyncReaderWriterLock \"prices\"", _lock.ToString());
        Assert.Equal("prices", _lock.Name);
        var late = await Assert.ThrowsAsync<TimeoutException>(async () => await reader);
        Assert.Contains(_lock.ToString(), late.Message, StringComparison.Ordinal);
        Assert.Equal("AsyncReaderWriterLock", new AsyncReaderWriterLock().ToString());
    }

    private void AssertIsFree()
    {
        Assert.Equal(0, _lock.ReaderCount);
        Assert.Equal(0, _lock.WaiterCount);
        Assert.True(_lock.TryWriterLock(out WriterLease lease));
        lease.Dispose();
    }
}
