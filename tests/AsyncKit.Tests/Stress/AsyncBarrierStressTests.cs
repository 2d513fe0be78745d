using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Stress;

public class AsyncBarrierStressTests
{
    private const int Limit = 120_000;
    private const int Participants = 4;
    private const int Seed = 7;

    [Theory(Timeout = Limit)]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NobodyIsEverAPhaseAhead_ThoughManyGiveUpAndComeAgain(bool hasAction)
    {
        var walk = new Walk(LongSuite.Count(usual: 3_000, full: 20_000), hasAction);
        LongSuite.Say($"seed {Seed}");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        Task[] walkers =
        [
            Task.Run(() => walk.Block(0, cancellationToken), cancellationToken),
            .. Enumerable.Range(1, Participants - 1).Select(number => Task.Run(
                () => walk.WalkAsync(number, cancellationToken), cancellationToken)),
        ];
        await Task.WhenAll(walkers);

        walk.CheckEnd();
    }

    [Fact(Timeout = Limit)]
    public async Task ResetsAtAnyMoment_LeaveABarrierThatIsWhole()
    {
        int phases = LongSuite.Count(usual: 2_000, full: 10_000);
        LongSuite.Say($"seed {Seed}");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var rounds = new AsyncBarrier(Participants);
        var broken = 0;
        var areDone = false;
        Task resetter = Task.Run(ResetAsync, cancellationToken);

        // A phase passes for all four or for none, so they end after the same number of phases.
        await Task.WhenAll(Enumerable.Range(0, Participants).Select(_ => Task.Run(WalkAsync, cancellationToken)));
        Volatile.Write(ref areDone, true);
        await resetter;

        LongSuite.Say($"{broken:N0} waits were broken");
        Assert.Equal(phases, rounds.CurrentPhaseNumber);
        Assert.Equal(0, rounds.WaiterCount);
        Assert.False(rounds.IsBroken);

        async Task WalkAsync()
        {
            var passed = 0;
            while (passed < phases)
            {
                try
                {
                    Assert.InRange(await rounds.SignalAndWaitAsync(cancellationToken), 0, Participants - 1);
                    passed++;
                }
                catch (BrokenBarrierException)
                {
                    Interlocked.Increment(ref broken);
                }
            }
        }

        async Task ResetAsync()
        {
            var random = new Random(Seed);
            while (!Volatile.Read(ref areDone))
            {
                rounds.Reset();
                for (int pause = random.Next(20); pause >= 0; pause--) await Task.Yield();
            }
        }
    }

    private sealed class Walk
    {
        private readonly int _phases;
        private readonly bool _hasAction;
        private readonly AsyncBarrier _rounds;
        private readonly int[] _arrived = new int[Participants];
        private int _withdrawn;
        private long _actions;

        public Walk(int phases, bool hasAction)
        {
            _phases = phases;
            _hasAction = hasAction;
            _rounds = hasAction ? new AsyncBarrier(Participants, ActAsync) : new AsyncBarrier(Participants);
        }

        public void Block(int number, CancellationToken cancellationToken)
        {
            for (var phase = 0; phase < _phases; phase++)
            {
                Volatile.Write(ref _arrived[number], phase + 1);
                Assert.InRange(_rounds.SignalAndWait(cancellationToken), 0, Participants - 1);
                CheckOthers(phase);
            }
        }

        public async Task WalkAsync(int number, CancellationToken cancellationToken)
        {
            var random = new Random(Seed + number);
            for (var phase = 0; phase < _phases; phase++)
            {
                Volatile.Write(ref _arrived[number], phase + 1);
                while (!await TryPassAsync(random, cancellationToken))
                {
                    Interlocked.Increment(ref _withdrawn);
                    Assert.Equal(phase, _rounds.CurrentPhaseNumber);
                }

                CheckOthers(phase);
            }
        }

        public void CheckEnd()
        {
            Assert.Equal(_phases, _rounds.CurrentPhaseNumber);
            Assert.Equal(_hasAction ? _phases : 0, _actions);
            Assert.Equal(0, _rounds.WaiterCount);
            Assert.All(_arrived, last => Assert.Equal(_phases, last));
            LongSuite.Say($"{_withdrawn:N0} arrivals were withdrawn");
        }

        private async ValueTask ActAsync(long phase, CancellationToken cancellationToken)
        {
            // All are here, and nobody goes on meanwhile.
            Assert.Equal(phase, _actions++);
            Assert.All(_arrived, last => Assert.Equal(phase + 1, last));
            if (phase % 16 is 0) await Task.Yield();
            Assert.All(_arrived, last => Assert.Equal(phase + 1, last));
        }

        private void CheckOthers(int phase)
        {
            for (var other = 0; other < Participants; other++)
                Assert.InRange(Volatile.Read(ref _arrived[other]), phase + 1, phase + 2);
        }

        private Task<bool> TryPassAsync(Random random, CancellationToken cancellationToken) =>
            RandomCancellation.TryWaitAsync(
                random, async token => await _rounds.SignalAndWaitAsync(token), cancellationToken);
    }
}
