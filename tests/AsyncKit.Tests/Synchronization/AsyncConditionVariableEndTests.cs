using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

/// <summary>Waits for a condition that end otherwise than by a notification: the lock is held then too.</summary>
public class AsyncConditionVariableEndTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public Task ATokenThatIsCancelledAlready_LeavesTheLockWithItsHolder() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease lease = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> next = gate.LockAsync();
        var cancelled = new CancellationToken(canceled: true);
        var looks = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => condition.WaitAsync(lease, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => condition.TryWaitAsync(lease, TimeSpan.Zero, cancelled).AsTask());
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => condition.WaitUntilAsync(lease, Look, cancelled).AsTask());
        Assert.Throws<OperationCanceledException>(() => condition.Wait(lease, cancelled));
        Assert.Throws<OperationCanceledException>(() => condition.WaitUntil(lease, Look, cancelled));

        Assert.Equal(0, looks);
        await env.IdleAsync();
        Assert.False(next.IsCompleted);
        lease.Dispose();
        (await next).Dispose();

        bool Look() => ++looks > 0;
    });

    [Fact]
    public async Task ATimeOfZero_LeavesTheLockWithItsHolder()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease lease = await gate.LockAsync();
        ValueTask<AsyncLock.Lease> next = gate.LockAsync();

        Assert.False(await condition.TryWaitAsync(lease, TimeSpan.Zero));
        Assert.False(BlockFor(TimeSpan.Zero));
        Assert.False(await condition.TryWaitUntilAsync(lease, () => false, TimeSpan.Zero));
        Assert.True(await condition.TryWaitUntilAsync(lease, () => true, TimeSpan.Zero));
        await Assert.ThrowsAsync<TimeoutException>(() => condition.WaitAsync(lease, TimeSpan.Zero).AsTask());

        Assert.False(next.IsCompleted);
        Assert.Equal(0, condition.WaiterCount);

        bool BlockFor(TimeSpan timeout) => condition.TryWait(lease, timeout);
    }

    [Fact]
    public Task AWaitThatIsCancelled_ReturnsWithTheLock() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        using var source = new CancellationTokenSource();
        AsyncLock.Lease lease = await gate.LockAsync();
        Task waiting = condition.WaitAsync(lease, source.Token).AsTask();
        AsyncLock.Lease other = await gate.LockAsync();

        await source.CancelAsync();
        await env.IdleAsync();
        Assert.Equal(0, condition.WaiterCount);
        Assert.False(waiting.IsCompleted);
        other.Dispose();

        var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(source.Token, cancelled.CancellationToken);
        Assert.False(gate.TryLock(out _));
        lease.Dispose();
        Assert.False(gate.IsHeld);
    });

    [Fact]
    public Task AWaitWhoseTimePassed_ReturnsWithTheLock_HoweverLongThatTakes() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock(timeProvider: env.Time);
        var condition = new AsyncConditionVariable(gate);
        AsyncLock.Lease first = await gate.LockAsync();
        Task waiting = condition.WaitAsync(first, _second).AsTask();
        AsyncLock.Lease second = await gate.LockAsync();
        Task<bool> trying = condition.TryWaitAsync(second, _second).AsTask();
        AsyncLock.Lease other = await gate.LockAsync();

        await env.DelayAsync(5 * _second);
        Assert.Equal(0, condition.WaiterCount);
        Assert.Equal(2, gate.WaiterCount);
        other.Dispose();

        await Assert.ThrowsAsync<TimeoutException>(() => waiting);
        Assert.True(gate.IsHeld);
        Assert.False(trying.IsCompleted);
        first.Dispose();
        Assert.False(await trying);
        Assert.True(gate.IsHeld);
        second.Dispose();
        Assert.False(gate.IsHeld);
    });

    [Fact]
    public Task AWaitThatWasNotified_Returns_WhateverHappensWhileItWaitsForTheLock() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock(timeProvider: env.Time);
        var condition = new AsyncConditionVariable(gate);
        using var source = new CancellationTokenSource();
        AsyncLock.Lease lease = await gate.LockAsync();
        Task<bool> waiting = condition.TryWaitAsync(lease, _second, source.Token).AsTask();
        AsyncLock.Lease other = await gate.LockAsync();

        condition.Notify();
        await source.CancelAsync();
        await env.DelayAsync(5 * _second);
        other.Dispose();

        Assert.True(await waiting);
        Assert.True(gate.IsHeld);
    });

    [Fact]
    public Task ANotification_PassesByThoseWhoAreCancelledOrLate() => AsyncTest.RunAsync(async env =>
    {
        var gate = new AsyncLock(timeProvider: env.Time);
        var condition = new AsyncConditionVariable(gate);
        using var source = new CancellationTokenSource();
        Task cancelled = condition.WaitAsync(await gate.LockAsync(), source.Token).AsTask();
        Task<bool> late = condition.TryWaitAsync(await gate.LockAsync(), _second).AsTask();
        Task<bool> patient = condition.TryWaitAsync(await gate.LockAsync(), 9 * _second).AsTask();
        AsyncLock.Lease notifier = await gate.LockAsync();
        await source.CancelAsync();
        await env.DelayAsync(2 * _second);

        condition.Notify();

        Assert.Equal(0, condition.WaiterCount);
        Assert.Equal(3, gate.WaiterCount);
        notifier.Dispose();
        await env.IdleAsync();
        Assert.True(cancelled.IsCanceled);
        Assert.False(patient.IsCompleted);
        Assert.False(late.IsCompleted);
    });

    [Fact]
    public async Task AnInterruptedThread_HasTheLockWhenItThrows()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        var thrown = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            AsyncLock.Lease lease = gate.Lock();
            try
            {
                condition.Wait(lease);
            }
            catch (ThreadInterruptedException)
            {
                thrown.SetResult(gate.IsHeld);
                lease.Dispose();
            }
        });
        thread.Start();
        await AsyncAssert.EventuallyAsync(() => condition.WaiterCount is 1);
        AsyncLock.Lease other = await gate.LockAsync();

        thread.Interrupt();
        await AsyncAssert.EventuallyAsync(() => condition.WaiterCount is 0);
        Assert.False(thrown.Task.IsCompleted);
        other.Dispose();

        Assert.True(await thrown.Task.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.True(thread.Join(TimeSpan.FromSeconds(30)));
        Assert.False(gate.IsHeld);
    }
}
