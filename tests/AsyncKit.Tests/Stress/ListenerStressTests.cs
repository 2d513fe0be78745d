using AsyncKit.Diagnostics;
using AsyncKit.Synchronization;

namespace AsyncKit.Tests.Stress;

/// <summary>Listeners that come and go in the middle of a hold.</summary>
/// <remarks>Alone, as others listen to the whole process, and here nobody is to listen at times.</remarks>
[Collection(typeof(Alone))]
public class ListenerStressTests
{
    private const int Milliseconds = 60_000;

    // Whether somebody listens changes at any moment of a release. The locks are new: they have no queue yet.
    [Fact(Timeout = Milliseconds)]
    public async Task ALeaseDisposedWhileAListenerComesOrGoes_IsReleased()
    {
        const int Batch = 20_000;
        int rounds = LongSuite.Count(usual: 150, full: 1_000);
        var come = false;
        var isOver = false;
        Task comeAndGo = Task.Factory.StartNew(
            () =>
            {
                var listener = new HoldListener();
                while (!Volatile.Read(ref isOver))
                {
                    if (Volatile.Read(ref come))
                        AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, listener).Dispose();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default);

        var lost = 0;
        var gates = new AsyncLock[Batch];
        var leases = new AsyncLock.Lease[Batch];
        for (var round = 0; round < rounds; round++)
        {
            Volatile.Write(ref come, false);
            for (var i = 0; i < Batch; i++)
            {
                gates[i] = new AsyncLock();
                gates[i].TryLock(out leases[i]);
            }

            Volatile.Write(ref come, true);
            foreach (AsyncLock.Lease lease in leases) lease.Dispose();
            lost += gates.Count(gate => gate.IsHeld);
        }

        Volatile.Write(ref isOver, true);
        await comeAndGo;
        Assert.Equal(0, lost);
    }

    [Fact]
    public void AHoldWhoseBeginningNobodyHeard_IsNotReportedToEnd_InTheNameOfAnEarlierOne()
    {
        var gate = new AsyncLock();
        var permits = new AsyncSemaphore(1);
        Check(() => gate.Lock());
        Check(() => permits.Acquire());
        var shared = new AsyncReaderWriterLock();
        Check(() => shared.WriterLock());
        Check(() => shared.ReaderLock());
        Check(() => shared.UpgradeableReaderLock());
        var keyed = new KeyedLock<int>();
        Check(() => keyed.Lock(1));

        static void Check(Func<IDisposable> take)
        {
            var listener = new HoldListener();
            IDisposable held = listener.While(take);
            Assert.Equal(["held"], listener.Reports);
            held.Dispose();

            IDisposable next = take();
            listener.While(() =>
            {
                next.Dispose();
                return next;
            });

            Assert.Equal(["held"], listener.Reports);
        }
    }

    // What is kept of a key is used again for another.
    [Fact]
    public void AHoldOfAKeyWhoseBeginningNobodyHeard_IsNotReportedToEnd_InTheNameOfAnotherKey()
    {
        const int Keys = 200;
        var keyed = new KeyedLock<int>();
        var listener = new HoldListener();
        listener.While(() => keyed.Lock(0)).Dispose();

        for (var key = 1; key <= Keys; key++)
        {
            KeyedLock<int>.Lease held = keyed.Lock(key);
            listener.While(() =>
            {
                held.Dispose();
                return held;
            });
        }

        Assert.Equal(["held"], listener.Reports);
    }

    private sealed class HoldListener : AsyncDiagnosticsListener
    {
        private readonly List<string> _reports = [];

        public IEnumerable<string> Reports => _reports;

        public T While<T>(Func<T> work)
        {
            using IDisposable subscription = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, this);
            return work();
        }

        protected override void OnHeld(object resource, object holder) => _reports.Add("held");

        protected override void OnReleased(object resource, object holder) =>
            _reports.Add($"{holder} gives {resource} back");

        protected override void OnFault(Exception fault) => _reports.Add(fault.ToString());
    }
}
