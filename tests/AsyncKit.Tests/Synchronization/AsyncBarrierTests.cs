using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Tests.Synchronization;

public class AsyncBarrierTests
{
    [Fact]
    public async Task WhenTheLastArrives_AllGoOn_EachWithItsPlace_PhaseAfterPhase()
    {
        var rounds = new AsyncBarrier(3);
        for (var phase = 0; phase < 3; phase++)
        {
            Assert.Equal(phase, rounds.CurrentPhaseNumber);
            Assert.Equal(3, rounds.ParticipantsRemaining);
            Task<int> first = rounds.SignalAndWaitAsync().AsTask();
            Task<int> second = rounds.TrySignalAndWaitAsync(Timeout.InfiniteTimeSpan).AsTask();
            Assert.Equal(1, rounds.ParticipantsRemaining);
            Assert.Equal(2, rounds.WaiterCount);
            Assert.False(first.IsCompleted);

            Task<int> last = rounds.SignalAndWaitAsync().AsTask();

            await PlacesAreAsync([0, 1, 2], first, second, last);
            Assert.Equal(0, rounds.WaiterCount);
        }

        Assert.Equal(3, rounds.CurrentPhaseNumber);
        Assert.Equal(3, rounds.ParticipantCount);
    }

    [Fact]
    public async Task AnArrivalThatIsCancelled_IsWithdrawn_AndThePlacesHaveNoGap()
    {
        using var cancellation = new CancellationTokenSource();
        var rounds = new AsyncBarrier(3);
        Task<int> withdrawn = rounds.SignalAndWaitAsync(cancellation.Token).AsTask();
        Task<int> first = rounds.SignalAndWaitAsync(CancellationToken.None).AsTask();

        await cancellation.CancelAsync();
        var end = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => withdrawn);

        Assert.Equal(cancellation.Token, end.CancellationToken);
        Assert.Equal(2, rounds.ParticipantsRemaining);
        Task<int> second = rounds.SignalAndWaitAsync(CancellationToken.None).AsTask();
        Assert.False(first.IsCompleted);
        Assert.Equal(2, await rounds.SignalAndWaitAsync(CancellationToken.None));
        await PlacesAreAsync([0, 1], first, second);
    }

    [Fact]
    public Task AnArrivalWhoseTimePasses_IsWithdrawn() => AsyncTest.RunAsync(async env =>
    {
        var rounds = new AsyncBarrier(2, name: "rounds", timeProvider: env.Time);

        Assert.Equal(-1, await rounds.TrySignalAndWaitAsync(TimeSpan.FromSeconds(1)));
        var late = await Assert.ThrowsAsync<TimeoutException>(
            () => rounds.SignalAndWaitAsync(TimeSpan.FromSeconds(2)).AsTask());

        Assert.Contains("AsyncBarrier \"rounds\"", late.Message);
        Assert.Equal(TimeSpan.FromSeconds(3), env.Elapsed);
        Assert.Equal(2, rounds.ParticipantsRemaining);
        Assert.Equal(0, rounds.CurrentPhaseNumber);
    });

    [Fact]
    public async Task ALimitOfZero_PassesForTheLast_AndForNobodyElse()
    {
        var rounds = new AsyncBarrier(2);

        Assert.Equal(-1, await rounds.TrySignalAndWaitAsync(TimeSpan.Zero));
        await Assert.ThrowsAsync<TimeoutException>(() => rounds.SignalAndWaitAsync(TimeSpan.Zero).AsTask());
        ValueTask<int> first = rounds.SignalAndWaitAsync();

        Assert.Equal(1, await rounds.TrySignalAndWaitAsync(TimeSpan.Zero));
        Assert.Equal(0, await first);
    }

    [Fact]
    public async Task ACancelledToken_IsNoArrival_EvenOfTheLast()
    {
        var cancelled = new CancellationToken(canceled: true);
        var rounds = new AsyncBarrier(2);
        ValueTask<int> first = rounds.SignalAndWaitAsync(CancellationToken.None);

        Assert.True(rounds.SignalAndWaitAsync(cancelled).IsCanceled);
        Assert.Throws<OperationCanceledException>(() => rounds.SignalAndWait(cancelled));

        Assert.False(first.IsCompleted);
        Assert.Equal(1, await rounds.SignalAndWaitAsync(CancellationToken.None));
        await first;
    }

    [Fact]
    public async Task OneParticipant_PassesAtOnce_AndNoneCannotArrive()
    {
        var alone = new AsyncBarrier(1);
        var nobody = new AsyncBarrier(0);

        Assert.Equal(0, await alone.SignalAndWaitAsync());
        Assert.Equal(0, await alone.SignalAndWaitAsync());
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => nobody.SignalAndWaitAsync().AsTask());

        Assert.Equal(2, alone.CurrentPhaseNumber);
        Assert.Contains("AsyncBarrier has 0 participants", refused.Message);
        Assert.Equal(0, nobody.AddParticipants());
        Assert.Equal(0, await nobody.SignalAndWaitAsync());
    }

    [Fact]
    public async Task ParticipantsThatAreAdded_AreWaitedForAtOnce()
    {
        var rounds = new AsyncBarrier(1);
        await rounds.SignalAndWaitAsync();

        Assert.Equal(1, rounds.AddParticipants(2));

        Assert.Equal(3, rounds.ParticipantCount);
        ValueTask<int>[] waits = [rounds.SignalAndWaitAsync(), rounds.SignalAndWaitAsync()];
        Assert.False(waits[0].IsCompleted);
        Assert.Equal(2, await rounds.SignalAndWaitAsync());
        foreach (ValueTask<int> wait in waits) await wait;
    }

    [Fact]
    public async Task RemovingThoseWhoAreMissing_CompletesThePhase()
    {
        var rounds = new AsyncBarrier(4);
        Task<int>[] waits = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];

        rounds.RemoveParticipants();
        Assert.False(waits[1].IsCompleted);
        rounds.RemoveParticipants();

        await PlacesAreAsync([0, 1], waits);
        Assert.Equal(1, rounds.CurrentPhaseNumber);
        Assert.Equal(2, rounds.ParticipantCount);
        rounds.RemoveParticipants(2);
        Assert.Equal(0, rounds.ParticipantCount);
        Assert.Equal(1, rounds.CurrentPhaseNumber);
    }

    [Fact]
    public async Task RemovingMoreThanAreMissing_IsRefused_AndChangesNothing()
    {
        var rounds = new AsyncBarrier(3, name: "rounds");
        ValueTask<int>[] waits = [rounds.SignalAndWaitAsync(), rounds.SignalAndWaitAsync()];

        var refused = Assert.Throws<InvalidOperationException>(() => rounds.RemoveParticipants(2));

        Assert.Equal(
            "AsyncBarrier \"rounds\" has 3 participants, of whom 2 have arrived: 2 cannot be removed.",
            refused.Message);
        Assert.Equal(3, rounds.ParticipantCount);
        await rounds.SignalAndWaitAsync();
        foreach (ValueTask<int> wait in waits) await wait;
        Assert.Throws<InvalidOperationException>(() => rounds.RemoveParticipants(4));
    }

    [Fact]
    public void NumbersOutOfRange_AreRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>("participantCount", () => new AsyncBarrier(-1));
        var rounds = new AsyncBarrier(int.MaxValue);

        Assert.Throws<ArgumentOutOfRangeException>("participantCount", () => rounds.AddParticipants(0));
        Assert.Throws<ArgumentOutOfRangeException>("participantCount", () => rounds.RemoveParticipants(-1));
        var refused = Assert.Throws<InvalidOperationException>(() => rounds.AddParticipants());

        Assert.Contains("2147483647 participants: with 1 more", refused.Message);
        Assert.Equal(int.MaxValue, rounds.ParticipantCount);
    }

    [Fact]
    public async Task Abort_EndsAllWaits_AndThoseToCome_UntilReset()
    {
        var rounds = new AsyncBarrier(3, name: "rounds");
        Task<int>[] waits = [rounds.SignalAndWaitAsync().AsTask(), rounds.SignalAndWaitAsync().AsTask()];

        rounds.Abort();
        rounds.Abort();
        var first = await Assert.ThrowsAsync<BrokenBarrierException>(() => waits[0]);
        var second = await Assert.ThrowsAsync<BrokenBarrierException>(() => waits[1]);
        var later = await Assert.ThrowsAsync<BrokenBarrierException>(
            () => rounds.TrySignalAndWaitAsync(TimeSpan.Zero).AsTask());

        Assert.NotSame(first, second);
        Assert.Equal("AsyncBarrier \"rounds\" was aborted.", first.Message);
        Assert.Equal("AsyncBarrier \"rounds\" was aborted, and not reset since.", later.Message);
        Assert.True(rounds.IsBroken);
        Assert.True(rounds.SignalAndWaitAsync(new CancellationToken(canceled: true)).IsCanceled);
        rounds.Reset();
        Assert.False(rounds.IsBroken);
        await PassAsync(rounds, phase: 0);
    }

    [Fact]
    public async Task Reset_EndsAllWaits_AndThePhaseBeginsAgain()
    {
        var rounds = new AsyncBarrier(3);
        await PassAsync(rounds, phase: 0);
        Task<int> waits = rounds.SignalAndWaitAsync().AsTask();

        rounds.Reset();
        rounds.Reset();
        var broken = await Assert.ThrowsAsync<BrokenBarrierException>(() => waits);

        Assert.Equal("AsyncBarrier was reset before the phase had ended.", broken.Message);
        Assert.False(rounds.IsBroken);
        Assert.Equal(3, rounds.ParticipantsRemaining);
        await PassAsync(rounds, phase: 1);
    }

    [Fact]
    public Task Threads_ArriveInTheSameQueue() => AsyncTest.RunAsync(async env =>
    {
        var rounds = new AsyncBarrier(4, timeProvider: env.Time);
        Task<int> first = Task.Run(() => rounds.SignalAndWait());
        await env.IdleAsync();
        Task<int> second = Task.Run(() => rounds.SignalAndWait(TimeSpan.FromMinutes(1)));
        await env.IdleAsync();
        Task<int> withdrawn = Task.Run(() => rounds.TrySignalAndWait(TimeSpan.FromSeconds(1)));
        Assert.Equal(-1, await withdrawn);
        Task<int> third = rounds.SignalAndWaitAsync().AsTask();
        Assert.Equal(1, rounds.ParticipantsRemaining);

        Task<int> last = Task.Run(() => rounds.TrySignalAndWait(TimeSpan.Zero));

        await PlacesAreAsync([0, 1, 2, 3], first, second, third, last);
    });

    [Fact]
    public Task AThreadThatWaits_GetsWhatBreaksTheBarrier() => AsyncTest.RunAsync(async env =>
    {
        var rounds = new AsyncBarrier(2, timeProvider: env.Time);
        Task<int> blocked = Task.Run(() => rounds.SignalAndWait());
        await env.IdleAsync();

        rounds.Abort();

        await Assert.ThrowsAsync<BrokenBarrierException>(() => blocked);
    });

    [Fact]
    public void TheName_StandsInMessages()
    {
        var rounds = new AsyncBarrier(2, name: "rounds");

        TimeoutException late = Assert.Throws<TimeoutException>(() => rounds.SignalAndWait(TimeSpan.Zero));

        Assert.Contains("AsyncBarrier \"rounds\"", late.Message);
        Assert.Equal("rounds", rounds.Name);
        Assert.Equal("AsyncBarrier", new AsyncBarrier(2).ToString());
    }

    [Fact]
    public void BrokenBarrierException_HasTheUsualConstructors()
    {
        var cause = new IOException("gone");

        Assert.Equal("The barrier was aborted or reset.", new BrokenBarrierException().Message);
        Assert.Equal("broken", new BrokenBarrierException("broken").Message);
        Assert.Same(cause, new BrokenBarrierException("broken", cause).InnerException);
    }

    private static async Task PlacesAreAsync(int[] expected, params Task<int>[] waits) =>
        Assert.Equal(expected, await Task.WhenAll(waits));

    private static async Task PassAsync(AsyncBarrier rounds, long phase)
    {
        Assert.Equal(phase, rounds.CurrentPhaseNumber);
        ValueTask<int>[] waits = [.. Enumerable.Range(0, 3).Select(_ => rounds.SignalAndWaitAsync())];
        for (var place = 0; place < 3; place++) Assert.Equal(place, await waits[place]);
        Assert.Equal(phase + 1, rounds.CurrentPhaseNumber);
    }
}
