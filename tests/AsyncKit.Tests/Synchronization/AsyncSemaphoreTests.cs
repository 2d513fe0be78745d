using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Synchronization;

public class AsyncSemaphoreTests
{
    [Fact]
    public void Permits_AreTakenAndGivenBackByTheirWeight()
    {
        var semaphore = new AsyncSemaphore(5);

        AsyncSemaphore.Lease two = semaphore.Acquire(2);
        AsyncSemaphore.Lease three = semaphore.Acquire(3);
        Assert.Equal(0, semaphore.CurrentCount);
        Assert.False(semaphore.TryAcquire(out _));
        two.Dispose();
        Assert.Equal(2, semaphore.CurrentCount);
        Assert.False(semaphore.TryAcquire(out _, permits: 3));
        three.Dispose();

        Assert.Equal(5, semaphore.CurrentCount);
        Assert.Equal(5, semaphore.Permits);
    }

    [Theory]
    [InlineData(-1, 3, "initialCount")]
    [InlineData(4, 3, "initialCount")]
    [InlineData(0, -1, "permits")]
    public void NumbersThatDoNotGoTogether_AreRefused(int initialCount, int permits, string parameter) =>
        Assert.Throws<ArgumentOutOfRangeException>(parameter, () => new AsyncSemaphore(initialCount, permits));

    [Fact]
    public async Task ABigRequestAtTheFront_IsNotOvertakenBySmallOnes()
    {
        var semaphore = new AsyncSemaphore(3);
        AsyncSemaphore.Lease first = await semaphore.AcquireAsync();

        ValueTask<AsyncSemaphore.Lease> big = semaphore.AcquireAsync(3);
        ValueTask<AsyncSemaphore.Lease> small = semaphore.AcquireAsync(1);
        Assert.False(semaphore.TryAcquire(out _));
        Assert.False(small.IsCompleted);
        Assert.Equal(2, semaphore.WaiterCount);

        first.Dispose();
        Assert.True(big.IsCompleted);
        Assert.False(small.IsCompleted);
        (await big).Dispose();
        (await small).Dispose();
        Assert.Equal(3, semaphore.CurrentCount);
    }

    [Fact]
    public async Task ABigRequestThatIsCancelled_LetsTheSmallOnesBehindItGo()
    {
        var semaphore = new AsyncSemaphore(3);
        using var cancellation = new CancellationTokenSource();
        AsyncSemaphore.Lease first = await semaphore.AcquireAsync();
        ValueTask<AsyncSemaphore.Lease> big = semaphore.AcquireAsync(3, cancellation.Token);
        ValueTask<AsyncSemaphore.Lease>[] small =
            [semaphore.AcquireAsync(), semaphore.AcquireAsync(), semaphore.AcquireAsync()];

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => big.AsTask());
        Assert.Equal([true, true, false], small.Select(wait => wait.IsCompleted));
        first.Dispose();
        foreach (ValueTask<AsyncSemaphore.Lease> wait in small) (await wait).Dispose();
        Assert.Equal(3, semaphore.CurrentCount);
    }

    [Fact]
    public async Task MorePermits_WakeExactlyThoseWhoFit()
    {
        var semaphore = new AsyncSemaphore(0);
        int[] requests = [1, 1, 2, 1, 5];
        ValueTask<AsyncSemaphore.Lease>[] waits = [.. requests.Select(permits => semaphore.AcquireAsync(permits))];

        semaphore.Resize(5);
        Assert.Equal([true, true, true, true, false], waits.Select(wait => wait.IsCompleted));
        Assert.Equal(0, semaphore.CurrentCount);
        semaphore.Resize(10);

        Assert.True(waits[4].IsCompleted);
        foreach (ValueTask<AsyncSemaphore.Lease> wait in waits) (await wait).Dispose();
        Assert.Equal(10, semaphore.CurrentCount);
    }

    [Fact]
    public async Task FewerPermits_TakeEffectAsTheyComeBack()
    {
        var semaphore = new AsyncSemaphore(3);
        AsyncSemaphore.Lease[] held =
            [await semaphore.AcquireAsync(), await semaphore.AcquireAsync(), await semaphore.AcquireAsync()];

        semaphore.Resize(1);
        Assert.Equal(0, semaphore.CurrentCount);
        ValueTask<AsyncSemaphore.Lease> wait = semaphore.AcquireAsync();
        held[0].Dispose();
        held[1].Dispose();
        Assert.False(wait.IsCompleted);
        held[2].Dispose();

        Assert.True(wait.IsCompleted);
        (await wait).Dispose();
        Assert.Equal(1, semaphore.CurrentCount);
        Assert.Equal(1, semaphore.Permits);
    }

    [Fact]
    public async Task MoreThanThereAre_WaitsUntilThereAreEnough()
    {
        var semaphore = new AsyncSemaphore(1);

        ValueTask<AsyncSemaphore.Lease> wait = semaphore.AcquireAsync(2);
        Assert.False(wait.IsCompleted);
        semaphore.Resize(2);

        (await wait).Dispose();
    }

    [Fact]
    public async Task Signals_AreCountedUpToTheMaximum()
    {
        var signals = new AsyncSemaphore(initialCount: 0, permits: 2);
        ValueTask<AsyncSemaphore.Lease> wait = signals.AcquireAsync();

        signals.Release();
        await wait;
        signals.Release(2);
        Assert.Equal(2, signals.CurrentCount);

        SemaphoreFullException full = Assert.Throws<SemaphoreFullException>(() => signals.Release());
        Assert.Contains("AsyncSemaphore has 2 permits", full.Message);
        Assert.Equal(2, signals.CurrentCount);
    }

    [Fact]
    public void MoreThanAreTaken_AreRefusedAsAWhole()
    {
        var semaphore = new AsyncSemaphore(5, name: "uploads");
        _ = semaphore.Acquire(2);

        SemaphoreFullException full = Assert.Throws<SemaphoreFullException>(() => semaphore.Release(3));
        Assert.Contains("AsyncSemaphore \"uploads\"", full.Message);
        Assert.Equal(3, semaphore.CurrentCount);
        semaphore.Release(2);
        Assert.Equal(5, semaphore.CurrentCount);
    }

    // Given back twice, once by the lease and once without it, they are there once.
    [Fact]
    public void ALeaseWhosePermitsWereReleasedWithoutIt_GivesNoneBack()
    {
        var semaphore = new AsyncSemaphore(2);
        AsyncSemaphore.Lease dropped = semaphore.Acquire();
        semaphore.Release();

        dropped.Dispose();

        Assert.Equal(2, semaphore.CurrentCount);
    }

    [Fact]
    public void AStaleLease_FreesNobodyElsesPermits()
    {
        var semaphore = new AsyncSemaphore(1);
        AsyncSemaphore.Lease stale = semaphore.Acquire();
        AsyncSemaphore.Lease copy = stale;
        stale.Dispose();
        AsyncSemaphore.Lease held = semaphore.Acquire();

        stale.Dispose();
        copy.Dispose();

        Assert.False(semaphore.TryAcquire(out AsyncSemaphore.Lease none));
        Assert.False(none.IsAcquired);
        none.Dispose();
        held.Dispose();
        Assert.Equal(1, semaphore.CurrentCount);
    }

    [Fact]
    public void Weights_CountUpToTheGreatestNumber()
    {
        var semaphore = new AsyncSemaphore(int.MaxValue);

        AsyncSemaphore.Lease all = semaphore.Acquire(int.MaxValue);
        Assert.False(semaphore.TryAcquire(out _, permits: int.MaxValue));
        semaphore.Resize(0);
        Assert.Equal(0, semaphore.CurrentCount);
        all.Dispose();
        semaphore.Resize(int.MaxValue);

        Assert.Equal(int.MaxValue, semaphore.CurrentCount);
    }
}
