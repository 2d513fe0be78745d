using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Stress;

public class EventStressTests
{
    private const int Limit = 120_000;
    private const int Workers = 4;
    private const int Seed = 3;

    [Fact(Timeout = Limit)]
    public async Task ASignalThatIsHandedOn_IsNeverLostAndNeverTwo_ThoughManyGiveUp()
    {
        var relay = new Relay(LongSuite.Count(usual: 5_000, full: 50_000));
        LongSuite.Say($"seed {Seed}");
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;

        Task[] runners =
        [
            Task.Run(() => relay.Block(cancellationToken), cancellationToken),
            .. Enumerable.Range(1, Workers - 1).Select(number => Task.Run(
                () => relay.RunAsync(number, cancellationToken), cancellationToken)),
        ];
        await Task.WhenAll(runners);

        relay.CheckEnd();
    }

    [Fact(Timeout = Limit)]
    public async Task ACountdown_ReachesZeroOnceInEachRound_AndReleasesAllWhoWait()
    {
        int rounds = LongSuite.Count(usual: 1_000, full: 10_000);
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var work = new AsyncCountdownEvent(1);
        var open = 0;
        var reached = 0;
        for (var round = 0; round < rounds; round++)
        {
            open = 1;
            Task[] waits = [Task.Run(Block, cancellationToken), .. StartTwice(WaitAsync)];
            Task[] workers = [.. Enumerable.Range(0, Workers).Select(_ => AddWorkerAsync())];
            Signal();
            await Task.WhenAll([.. workers, .. waits]);

            Assert.Equal(round + 1, reached);
            Assert.Equal(0, work.WaiterCount);
            work.Reset(1);
        }

        Task[] StartTwice(Func<Task> wait) => [Task.Run(wait, cancellationToken), Task.Run(wait, cancellationToken)];

        // Announced while the first count is still open.
        Task AddWorkerAsync()
        {
            Interlocked.Increment(ref open);
            work.AddCount();
            return Task.Run(Signal, cancellationToken);
        }

        void Signal()
        {
            Interlocked.Decrement(ref open);
            if (work.Signal()) Interlocked.Increment(ref reached);
        }

        void Block()
        {
            work.Wait(cancellationToken);
            Assert.Equal(0, Volatile.Read(ref open));
        }

        async Task WaitAsync()
        {
            await work.WaitAsync(cancellationToken);
            Assert.Equal(0, Volatile.Read(ref open));
        }
    }

    // One signal that goes from hand to hand.
    private sealed class Relay(int turns)
    {
        private readonly AsyncAutoResetEvent _baton = new(isSet: true);
        private int _holders;
        private int _withdrawn;

        public void Block(CancellationToken cancellationToken)
        {
            for (var turn = 0; turn < turns; turn++)
            {
                _baton.Wait(cancellationToken);
                HandOn();
            }
        }

        public async Task RunAsync(int number, CancellationToken cancellationToken)
        {
            var random = new Random(Seed + number);
            for (var turn = 0; turn < turns; turn++)
            {
                while (!await TryTakeAsync(random, cancellationToken)) _withdrawn++;
                HandOn();
            }
        }

        public void CheckEnd()
        {
            Assert.True(_baton.IsSet);
            Assert.Equal(0, _baton.WaiterCount);
            LongSuite.Say($"about {_withdrawn:N0} waits were cancelled");
        }

        private void HandOn()
        {
            Assert.Equal(1, Interlocked.Increment(ref _holders));
            Interlocked.Decrement(ref _holders);
            _baton.Set();
        }

        private Task<bool> TryTakeAsync(Random random, CancellationToken cancellationToken) =>
            RandomCancellation.TryWaitAsync(random, _baton.WaitAsync, cancellationToken);
    }
}
