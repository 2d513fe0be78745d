using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Stress;

/// <summary>Condition variables under real threads, and what their waits cost.</summary>
[Collection(typeof(Alone))]
public class AsyncConditionVariableStressTests
{
    private const int Seed = 20_261_126;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task ABoundedBuffer_PassesEachItemOnce_WithTokensLimitsAndThreads()
    {
        const int Workers = 4;
        int items = LongSuite.Count(usual: 20_000, full: 100_000);
        LongSuite.Say($"seed {Seed}");
        var buffer = new BoundedBuffer(items);

        await Task.WhenAll(Enumerable.Range(0, Workers).SelectMany(number => new[]
        {
            Task.Run(() => buffer.FillAsync(new Random(Seed + number))),
            Task.Run(() => buffer.EmptyAsync(new Random(Seed - 1 - number))),
        })).WaitAsync(_limit);

        LongSuite.Say($"{buffer.GaveUp:N0} waits were cancelled or took too long");
        buffer.AssertIsOver();
    }

    [Fact]
    public void AWait_CostsNoMemory()
    {
        var gate = new AsyncLock();
        var condition = new AsyncConditionVariable(gate);
        using var source = new CancellationTokenSource();
        for (var i = 0; i < 200; i++) WaitOnce();

        // All of it ends at once, and so on this thread.
        long allocated = Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 1_000; i++) WaitOnce();
        });

        Assert.Equal(0, allocated);

        void WaitOnce()
        {
            using AsyncLock.Lease lease = gate.Lock(CancellationToken.None);
            ValueTask<bool> wait = condition.TryWaitAsync(lease, TimeSpan.FromHours(1), source.Token);
            condition.Notify();
            Assert.True(Result.Of(wait));
        }
    }

    private sealed class BoundedBuffer
    {
        private const int Capacity = 3;

        private readonly int _items;
        private readonly AsyncLock _gate = new();
        private readonly AsyncConditionVariable _notEmpty;
        private readonly AsyncConditionVariable _notFull;
        private readonly Queue<int> _buffer = [];
        private readonly Waits _waits = new();
        private int _added;
        private int _taken;
        private long _sum;

        public BoundedBuffer(int items)
        {
            _items = items;
            _notEmpty = new AsyncConditionVariable(_gate, "not empty");
            _notFull = new AsyncConditionVariable(_gate, "not full");
        }

        public int GaveUp => _waits.GaveUp;

        private bool IsOver => _added == _items;

        public async Task FillAsync(Random random)
        {
            while (true)
            {
                using AsyncLock.Lease lease = await _gate.LockAsync();
                bool isThere = await _waits.UntilAsync(_notFull, lease, HasRoom, random);
                if (IsOver) return;
                if (!isThere) continue;
                _buffer.Enqueue(_added++);
                _notEmpty.Notify();
                if (!IsOver) continue;
                _notEmpty.NotifyAll();
                _notFull.NotifyAll();
            }
        }

        public async Task EmptyAsync(Random random)
        {
            while (true)
            {
                using AsyncLock.Lease lease = await _gate.LockAsync();
                bool isThere = await _waits.UntilAsync(_notEmpty, lease, () => _buffer.Count > 0 || IsOver, random);
                if (!isThere) continue;
                if (!_buffer.TryDequeue(out int item)) return;
                _taken++;
                _sum += item;
                _notFull.Notify();
            }
        }

        public void AssertIsOver()
        {
            Assert.Equal(_items, _taken);
            Assert.Equal((long)_items * (_items - 1) / 2, _sum);
            Assert.Equal((0, 0), (_notEmpty.WaiterCount, _notFull.WaiterCount));
            Assert.Equal((0, false), (_gate.WaiterCount, _gate.IsHeld));
        }

        private bool HasRoom() => _buffer.Count < Capacity || IsOver;
    }

    /// <summary>Waits of every form, for seldom more than some milliseconds where they may give up.</summary>
    private sealed class Waits
    {
        /// <summary>Guarded by the lock of the condition.</summary>
        public int GaveUp { get; private set; }

        public async ValueTask<bool> UntilAsync(
            AsyncConditionVariable condition, AsyncLock.Lease lease, Func<bool> isTrue, Random random)
        {
            TimeSpan limit = TimeSpan.FromMilliseconds(random.Next(3));
            bool isInTime = random.Next(6) switch
            {
                0 => await UntilCancelledAsync(condition, lease, isTrue, limit),
                1 => await condition.TryWaitUntilAsync(lease, isTrue, limit),
                2 => Block(() => condition.TryWaitUntil(lease, isTrue, limit)),
                3 => Block(() => condition.TryWaitUntil(lease, isTrue, Timeout.InfiniteTimeSpan)),
                _ => await condition.TryWaitUntilAsync(lease, isTrue, Timeout.InfiniteTimeSpan),
            };
            if (!isInTime) GaveUp++;
            return isInTime;
        }

        private static bool Block(Func<bool> wait) => wait();

        private static async ValueTask<bool> UntilCancelledAsync(
            AsyncConditionVariable condition, AsyncLock.Lease lease, Func<bool> isTrue, TimeSpan delay)
        {
            using var source = new CancellationTokenSource(delay);
            try
            {
                await condition.WaitUntilAsync(lease, isTrue, source.Token);
                return true;
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }
}
