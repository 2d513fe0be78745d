using AsyncKit.Synchronization;
using AsyncKit.Testing;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

/// <summary>The races of a barrier: all of their orders where they are few, and many where they are not.</summary>
[Collection(typeof(Alone))]
public class AsyncBarrierExploredTests
{
    private const int Many = 10_000;
    private const int Withdrawn = -2;
    private const int Broken = -3;

    [Fact]
    public Task CancellationAgainstTheLastArrival_EitherAllPass_OrThePhaseWaitsForOneMore() =>
        AllOrdersAsync(static env => CancelOneOfAsync(env, participants: 2));

    [Fact]
    public Task CancellationAgainstTheLastArrival_OfMany() =>
        ManyOrdersAsync(static env => CancelOneOfAsync(env, participants: 5));

    [Fact]
    public Task AbortAgainstTheLastArrival_EitherAllPass_OrAllWhoArriveGetIt() => AllOrdersAsync(
        static async env =>
        {
            var rounds = new AsyncBarrier(2, timeProvider: env.Time);
            Task<int> one = env.Start("one", () => ArriveAsync(rounds));
            Task<int> other = env.Start("other", () => ArriveAsync(rounds));
            await env.Start("aborter", () =>
            {
                rounds.Abort();
                return Task.CompletedTask;
            });

            int[] places = [.. new[] { await one, await other }.Order()];
            Assert.True(places is [0, 1] or [Broken, Broken], $"{places[0]}, {places[1]}");
            Assert.Equal(places is [0, 1] ? 1 : 0, rounds.CurrentPhaseNumber);
            Assert.True(rounds.IsBroken);
            Assert.Equal(2, rounds.ParticipantsRemaining);
        });

    [Fact]
    public Task RemovalAgainstArrivals_CompletesThePhaseOnce() => AllOrdersAsync(
        static async env =>
        {
            var rounds = new AsyncBarrier(3, timeProvider: env.Time);
            Task<int> one = env.Start("one", () => ArriveAsync(rounds));
            Task<int> other = env.Start("other", () => ArriveAsync(rounds));
            await env.Start("leaver", () =>
            {
                rounds.RemoveParticipants();
                return Task.CompletedTask;
            });

            Assert.Equal([0, 1], new[] { await one, await other }.Order());
            Assert.Equal(1, rounds.CurrentPhaseNumber);
            Assert.Equal(2, rounds.ParticipantCount);
        });

    [Fact]
    public Task WhoAddsThemselves_TakePartInThePhaseTheyAreTold() => AllOrdersAsync(
        static async env =>
        {
            var rounds = new AsyncBarrier(1, timeProvider: env.Time);
            env.Always(() => rounds.CurrentPhaseNumber <= 2, "no phase ends without its participants");
            Task old = env.Start("old", async () =>
            {
                await rounds.SignalAndWaitAsync();
                await rounds.SignalAndWaitAsync();
            });
            Task added = env.Start("added", async () =>
            {
                long phase = rounds.AddParticipants();
                for (; phase < 2; phase++)
                {
                    Assert.Equal(phase, rounds.CurrentPhaseNumber);
                    Assert.InRange(await rounds.SignalAndWaitAsync(), 0, 1);
                }

                rounds.RemoveParticipants();
            });

            await Task.WhenAll(old, added);
            Assert.Equal(2, rounds.CurrentPhaseNumber);
            Assert.Equal(1, rounds.ParticipantCount);
        });

    [Fact]
    public Task AbortAgainstTheAction_ItsPhaseHasOneOutcome_AndActionsNeverOverlap() => ManyOrdersAsync(
        static async env =>
        {
            var running = 0;
            var begun = new List<long>();
            env.Always(() => running <= 1, "one action at a time");
            using var cancellation = new CancellationTokenSource();
            var rounds = new AsyncBarrier(
                2,
                async (phase, cancellationToken) =>
                {
                    running++;
                    begun.Add(phase);
                    await env.YieldAsync();
                    await env.DelayAsync(TimeSpan.FromSeconds(phase is 0 ? 5 : 1), CancellationToken.None);
                    running--;
                    cancellationToken.ThrowIfCancellationRequested();
                },
                timeProvider: env.Time);

            Task<int> one = env.Start("one", () => ArriveAsync(rounds, cancellation.Token));
            Task<int> other = env.Start("other", () => ArriveAsync(rounds));
            Task canceller = env.Start("canceller", AtOnce.Do(cancellation.Cancel));
            await env.Start("breaker", async () =>
            {
                await env.YieldAsync();
                rounds.Reset();
                Assert.False(rounds.IsBroken);
            });
            await canceller;

            // Where one was withdrawn or broken before the other came, that waits for somebody.
            await env.IdleAsync();
            Task<int> third = rounds.ParticipantsRemaining is 1 ? ArriveAsync(rounds) : Task.FromResult(Withdrawn);
            int[] passed = [.. (await Task.WhenAll(one, other, third)).Where(place => place >= 0).Order()];
            Assert.True(passed is [] or [0, 1], string.Join(", ", passed));
            Assert.Equal(passed is [0, 1] || begun is [0] ? 1 : 0, rounds.CurrentPhaseNumber);

            // Whatever became of that: the next phase is as any other.
            long next = rounds.CurrentPhaseNumber;
            int[] places = await Task.WhenAll(ArriveAsync(rounds), ArriveAsync(rounds));
            Assert.Equal([0, 1], places.Order());
            Assert.Equal(next, begun[^1]);
            Assert.Equal(begun.Distinct(), begun);
            Assert.Equal(0, running);
            Assert.Equal(next + 1, rounds.CurrentPhaseNumber);
        });

    [Fact]
    public Task NobodyIsEverAPhaseAhead_UnderAnySchedule() => ManyOrdersAsync(
        static async env =>
        {
            const int Participants = 3;
            const int Phases = 3;
            var arrived = new int[Participants];
            env.Always(() => arrived.Max() - arrived.Min() <= 1, "nobody is a phase ahead");
            var rounds = new AsyncBarrier(Participants, timeProvider: env.Time);

            await Task.WhenAll(Enumerable.Range(0, Participants).Select(number => env.Start($"{number}", async () =>
            {
                for (var phase = 0; phase < Phases; phase++)
                {
                    await env.YieldAsync();
                    Assert.Equal(phase, rounds.CurrentPhaseNumber);
                    Assert.All(arrived, others => Assert.InRange(others, phase, phase + 1));
                    arrived[number]++;

                    // Gives up now and then, and arrives again: it counts once.
                    while (await rounds.TrySignalAndWaitAsync(TimeSpan.FromSeconds(number + 1)) is -1)
                    {
                    }
                }
            })));

            Assert.Equal(Phases, rounds.CurrentPhaseNumber);
        });

    [Fact]
    public Task AnArrival_CancelledAtAnyStep_IsWithdrawnOrPasses() => AsyncTest.CancelEverywhereAsync(
        static async (env, cancellationToken) =>
        {
            List<long> begun = [];
            var rounds = new AsyncBarrier(
                2,
                async (phase, _) =>
                {
                    begun.Add(phase);
                    await env.YieldAsync();
                },
                timeProvider: env.Time);
            Task<int> other = env.Start("other", () => ArriveAsync(rounds));

            int place = await ArriveAsync(rounds, cancellationToken);
            if (place is Withdrawn)
            {
                Assert.True(cancellationToken.IsCancellationRequested);
                Assert.Empty(begun);
                place = await ArriveAsync(rounds, CancellationToken.None);
            }

            Assert.Equal(1, place + await other);
            Assert.Equal([0], begun);
            Assert.Equal(1, rounds.CurrentPhaseNumber);
            Assert.Equal(0, rounds.WaiterCount);
        });

    private static async Task CancelOneOfAsync(TestEnv env, int participants)
    {
        using var cancellation = new CancellationTokenSource();
        var rounds = new AsyncBarrier(participants, timeProvider: env.Time);
        Task<int> cancelled = env.Start("cancelled", () => ArriveAsync(rounds, cancellation.Token));
        Task<int>[] others = [.. Enumerable.Range(1, participants - 1).Select(
            number => env.Start($"other {number}", () => ArriveAsync(rounds)))];
        await env.Start("canceller", AtOnce.Do(cancellation.Cancel));

        int place = await cancelled;
        if (place is Withdrawn)
        {
            await env.IdleAsync();
            Assert.Equal(0, rounds.CurrentPhaseNumber);
            Assert.Equal(1, rounds.ParticipantsRemaining);
            Assert.DoesNotContain(others, other => other.IsCompleted);
            place = await ArriveAsync(rounds);
            Assert.Equal(participants - 1, place);
        }

        Assert.Equal(Enumerable.Range(0, participants), (await Task.WhenAll(others)).Append(place).Order());
        Assert.Equal(1, rounds.CurrentPhaseNumber);
        Assert.Equal(0, rounds.WaiterCount);
    }

    private static async Task<int> ArriveAsync(AsyncBarrier rounds, CancellationToken cancellationToken = default)
    {
        try
        {
            return await rounds.SignalAndWaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return Withdrawn;
        }
        catch (BrokenBarrierException)
        {
            return Broken;
        }
    }

    private static async Task AllOrdersAsync(Func<TestEnv, Task> body)
    {
        ExploreReport report = await AsyncTest.ExploreAsync(
            body, new ExploreOptions { Schedules = 20 * Many, Strategy = ExploreStrategy.Exhaustive() });
        LongSuite.Say($"{report.Schedules:N0} schedules, all there are: {report.IsComplete}");
        Assert.True(report.IsComplete);
    }

    private static async Task ManyOrdersAsync(Func<TestEnv, Task> body)
    {
        foreach (ulong seed in LongSuite.IsOn ? LongSuite.Seeds.Take(2) : [1])
            await AsyncTest.ExploreAsync(body, new ExploreOptions { Schedules = Many, Seed = seed });
    }
}
