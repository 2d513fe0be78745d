using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Diagnostics;
using static AsyncKit.Synchronization.AsyncReaderWriterLock;

namespace AsyncKit.Tests.Synchronization;

/// <summary>From reading to writing, and back.</summary>
public class AsyncReaderWriterLockUpgradeTests
{
    private const int Limit = 60_000;

    private readonly ManualTimeProvider _clock = new();
    private readonly AsyncReaderWriterLock _lock;

    public AsyncReaderWriterLockUpgradeTests() => _lock = new AsyncReaderWriterLock(timeProvider: _clock);

    [Fact]
    public void Upgrade_WithoutOtherReaders_IsGrantedAtOnce_AndGoesBackWhenItIsDisposed()
    {
        using UpgradeableLease upgradeable = _lock.UpgradeableReaderLock();

        using (WriterLease writing = upgradeable.Upgrade())
        {
            Assert.True(writing.IsAcquired);
            Assert.True(_lock.IsWriterHeld && _lock.IsUpgradeableHeld);
            Assert.False(_lock.TryReaderLock(out _));
        }

        Assert.False(_lock.IsWriterHeld);
        Assert.True(_lock.IsUpgradeableHeld);
        Assert.True(_lock.TryReaderLock(out ReaderLease reading));
        reading.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task UpgradeAsync_WaitsForTheReaders_AndLetsNoMoreIn()
    {
        ReaderLease one = await _lock.ReaderLockAsync();
        ReaderLease other = await _lock.ReaderLockAsync();
        using UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        ValueTask<WriterLease> upgrade = upgradeable.UpgradeAsync();
        ValueTask<ReaderLease> newcomer = _lock.ReaderLockAsync();

        Assert.False(_lock.TryReaderLock(out _));
        Assert.Equal(2, _lock.WaiterCount);
        one.Dispose();
        Assert.False(upgrade.IsCompleted);
        other.Dispose();

        Assert.True(upgrade.IsCompleted);
        Assert.False(newcomer.IsCompleted);
        (await upgrade).Dispose();
        Assert.True(newcomer.IsCompleted);
        (await newcomer).Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task UpgradeAsync_PassesTheWritersThatWait()
    {
        ReaderLease reading = await _lock.ReaderLockAsync();
        UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        ValueTask<WriterLease> writer = _lock.WriterLockAsync();
        ValueTask<WriterLease> upgrade = upgradeable.UpgradeAsync();

        reading.Dispose();

        Assert.True(upgrade.IsCompleted);
        (await upgrade).Dispose();
        Assert.False(writer.IsCompleted);
        upgradeable.Dispose();
        Assert.True(writer.IsCompleted);
        (await writer).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task UpgradeAsync_Cancelled_LeavesItUpgradeable_AndLetsThoseGoThatItHeldBack()
    {
        using var cancellation = new CancellationTokenSource();
        ReaderLease reading = await _lock.ReaderLockAsync();
        UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        ValueTask<WriterLease> upgrade = upgradeable.UpgradeAsync(cancellation.Token);
        ValueTask<ReaderLease> heldBack = _lock.ReaderLockAsync();

        await cancellation.CancelAsync();

        Assert.True(upgrade.IsCanceled);
        Assert.True(heldBack.IsCompleted);
        Assert.True(_lock.IsUpgradeableHeld);
        reading.Dispose();
        (await heldBack).Dispose();
        Assert.True(upgradeable.TryUpgrade(TimeSpan.Zero, out WriterLease writing, CancellationToken.None));
        writing.Dispose();
        upgradeable.Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task UpgradeAsync_WhoseTimePasses_LeavesItUpgradeable_AndLetsThoseGoThatItHeldBack()
    {
        using ReaderLease reading = await _lock.ReaderLockAsync();
        using UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();

        foreach (bool isTry in new[] { true, false })
        {
            ValueTask<WriterLease> upgrade = isTry
                ? upgradeable.TryUpgradeAsync(TimeSpan.FromSeconds(1), CancellationToken.None)
                : upgradeable.UpgradeAsync(TimeSpan.FromSeconds(1), CancellationToken.None);
            ValueTask<ReaderLease> heldBack = _lock.ReaderLockAsync();
            _clock.Advance(TimeSpan.FromSeconds(1));

            Assert.True(heldBack.IsCompleted);
            (await heldBack).Dispose();
            if (isTry) Assert.False((await upgrade).IsAcquired);
            else await Assert.ThrowsAsync<TimeoutException>(async () => await upgrade);
        }

        Assert.False(upgradeable.TryUpgrade(TimeSpan.Zero, out _, CancellationToken.None));
        Assert.True(_lock.TryReaderLock(out ReaderLease another));
        another.Dispose();
    }

    [Fact(Timeout = Limit)]
    public async Task UpgradeAsync_WhileAnotherWaitsOrIsHeld_IsRefused()
    {
        ReaderLease reading = await _lock.ReaderLockAsync();
        UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        UpgradeableLease copy = upgradeable;
        ValueTask<WriterLease> upgrade = upgradeable.UpgradeAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await copy.UpgradeAsync());
        Assert.Throws<InvalidOperationException>(() => copy.Downgrade());
        reading.Dispose();
        Assert.Throws<InvalidOperationException>(() => copy.Upgrade());
        Assert.Throws<InvalidOperationException>(() => copy.Downgrade());

        (await upgrade).Dispose();
        (await copy.UpgradeAsync()).Dispose();
        copy.Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task ALeaseThatWasReleased_IsNeitherUpgradedNorDowngraded()
    {
        UpgradeableLease released = await _lock.UpgradeableReaderLockAsync();
        released.Dispose();
        WriterLease written = await _lock.WriterLockAsync();
        written.Dispose();
        using UpgradeableLease next = await _lock.UpgradeableReaderLockAsync();

        foreach (UpgradeableLease lease in new[] { released, default })
        {
            ValueTask<WriterLease> upgrade = lease.UpgradeAsync();
            Assert.True(upgrade.IsFaulted);
            await Assert.ThrowsAsync<SynchronizationLockException>(async () => await upgrade);
            Assert.Throws<SynchronizationLockException>(() => lease.Upgrade());
            Assert.Throws<SynchronizationLockException>(() => lease.Downgrade());
            Assert.True(lease.UpgradeAsync(new CancellationToken(canceled: true)).IsCanceled);
            Assert.Throws<OperationCanceledException>(() => lease.Upgrade(new CancellationToken(canceled: true)));
        }

        Assert.Throws<SynchronizationLockException>(() => written.Downgrade());
        Assert.Throws<SynchronizationLockException>(() => default(WriterLease).Downgrade());
        Assert.True(_lock.IsUpgradeableHeld);
    }

    [Fact(Timeout = Limit)]
    public async Task AnUpgradeableLease_DisposedBeforeItsWritePart_LeavesThatPartAlone()
    {
        UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        WriterLease writing = await upgradeable.UpgradeAsync();
        ValueTask<ReaderLease> reader = _lock.ReaderLockAsync();

        upgradeable.Dispose();

        Assert.True(_lock.IsWriterHeld);
        Assert.False(_lock.IsUpgradeableHeld || reader.IsCompleted);
        writing.Dispose();
        Assert.True(reader.IsCompleted);
        (await reader).Dispose();
        writing.Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AnUpgradeableLease_DisposedWhileItsUpgradeWaits_FailsThatWait()
    {
        ReaderLease reading = await _lock.ReaderLockAsync();
        UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        ValueTask<WriterLease> upgrade = upgradeable.UpgradeAsync();
        ValueTask<UpgradeableLease> next = _lock.UpgradeableReaderLockAsync();

        upgradeable.Dispose();

        await Assert.ThrowsAsync<SynchronizationLockException>(async () => await upgrade);
        Assert.True(next.IsCompleted);
        (await next).Dispose();
        reading.Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task AWritersDowngrade_LetsReadersJoin_AndNoWriterComesInBetween()
    {
        WriterLease writing = await _lock.WriterLockAsync();
        ValueTask<ReaderLease> front = _lock.ReaderLockAsync();
        ValueTask<WriterLease> writer = _lock.WriterLockAsync();
        ValueTask<ReaderLease> behind = _lock.ReaderLockAsync();

        ReaderLease reading = writing.Downgrade();

        Assert.True(front.IsCompleted);
        Assert.Equal(2, _lock.ReaderCount);
        Assert.False(_lock.IsWriterHeld || writer.IsCompleted || behind.IsCompleted);
        writing.Dispose();
        (await front).Dispose();
        Assert.Equal(1, _lock.ReaderCount);
        reading.Dispose();
        (await writer).Dispose();
        (await behind).Dispose();
        AssertIsFree();
    }

    [Fact]
    public void AWritersDowngrade_OfAnUpgrade_IsRefused_WithoutHarm()
    {
        using UpgradeableLease upgradeable = _lock.UpgradeableReaderLock();
        using WriterLease writing = upgradeable.Upgrade();

        var refused = Assert.Throws<InvalidOperationException>(() => writing.Downgrade());

        Assert.Contains("dispose it", refused.Message, StringComparison.Ordinal);
        Assert.True(_lock.IsWriterHeld);
    }

    [Fact(Timeout = Limit)]
    public async Task AnUpgradeablesDowngrade_LetsAnotherBecomeUpgradeable()
    {
        UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        ValueTask<UpgradeableLease> next = _lock.UpgradeableReaderLockAsync();

        ReaderLease reading = upgradeable.Downgrade();

        Assert.True(next.IsCompleted);
        Assert.Equal(1, _lock.ReaderCount);
        upgradeable.Dispose();
        Assert.Equal(1, _lock.ReaderCount);
        reading.Dispose();
        (await next).Dispose();
        AssertIsFree();
    }

    [Fact(Timeout = Limit)]
    public async Task Upgrade_OnAThread_WaitsForTheReaders()
    {
        ReaderLease reading = await _lock.ReaderLockAsync();
        using UpgradeableLease upgradeable = await _lock.UpgradeableReaderLockAsync();
        Task thread = Task.Run(
            () =>
            {
                using WriterLease writing = upgradeable.Upgrade();
                Assert.True(_lock.IsWriterHeld);
                Assert.Equal(0, _lock.ReaderCount);
            },
            TestContext.Current.CancellationToken);
        while (!thread.IsCompleted && _lock.WaiterCount is 0) await Task.Yield();

        reading.Dispose();

        await thread;
        Assert.False(_lock.IsWriterHeld);
    }

    [Fact(Timeout = Limit)]
    public async Task ADowngrade_IsTheSameHoldAsBefore_ForThoseWhoListen()
    {
        var listener = new RecordingListener(_lock);
        using IDisposable subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits, listener);

        WriterLease writing = await _lock.WriterLockAsync();
        ReaderLease reading = writing.Downgrade();
        writing.Dispose();
        reading.Dispose();

        Assert.Equal(
            [
                "about to take it to write",
                "wait 1 for AsyncReaderWriterLock holds",
                "about to downgrade it",
                "about to release it",
                "about to release it",
                "wait 1 for AsyncReaderWriterLock gives back",
            ],
            listener.Lines);
    }

    private void AssertIsFree()
    {
        Assert.Equal(0, _lock.ReaderCount);
        Assert.Equal(0, _lock.WaiterCount);
        Assert.True(_lock.TryWriterLock(out WriterLease lease));
        lease.Dispose();
    }
}
