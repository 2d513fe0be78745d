using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;
using AsyncKit.Tests.Synchronization;

namespace AsyncKit.Tests.Stress;

/// <summary>Threads that are interrupted at the lock of a crowded token: what they take or give is not lost.</summary>
/// <remarks>
/// Whether a thread with an interrupt meets that lock contended is by chance: in most runs some do, in long ones many.
/// What must hold holds each time.
/// </remarks>
[Collection(typeof(Alone))]
public class InterruptStressTests
{
    private const int Milliseconds = 60_000;

    [Fact(Timeout = Milliseconds)]
    public Task AWaitInterruptedWhileItBegins_HasNotTakenTheLock()
    {
        int rounds = LongSuite.Count(usual: 40_000, full: 200_000);
        var failed = 0;
        return OnAThreadAsync(token =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var gate = new AsyncLock();
                Assert.True(gate.TryLock(out AsyncLock.Lease held));
                Thread.CurrentThread.Interrupt();
                try
                {
                    ValueTask<AsyncLock.Lease> wait = gate.LockAsync(token);
                    held.Dispose();
                    Result.Of(wait).Dispose();
                }
                catch (ThreadInterruptedException)
                {
                    failed++;
                }

                held.Dispose();
                Assert.False(gate.IsHeld);
                Assert.Equal(0, gate.WaiterCount);
            }

            LongSuite.Say($"{failed:N0} waits failed");
        });
    }

    [Fact(Timeout = Milliseconds)]
    public Task AGrantTakenByAThreadThatIsInterrupted_IsNotLost()
    {
        const int Batch = 500;
        int rounds = LongSuite.Count(usual: 160, full: 1_000);
        return OnAThreadAsync(token =>
        {
            for (var round = 0; round < rounds; round++)
            {
                AsyncLock[] gates = [.. Enumerable.Range(0, Batch).Select(_ => new AsyncLock())];
                AsyncLock.Lease[] held = [.. gates.Select(gate => gate.Lock(CancellationToken.None))];
                ValueTask<AsyncLock.Lease>[] grants = [.. gates.Select(gate => gate.LockAsync(token))];
                foreach (AsyncLock.Lease each in held) each.Dispose();

                Thread.CurrentThread.Interrupt();
                foreach (ValueTask<AsyncLock.Lease> grant in grants) Result.Of(grant).Dispose();

                Assert.True(Interrupts.TakeOwn());
                Assert.All(gates, gate => Assert.False(gate.IsHeld));
            }
        });
    }

    [Fact(Timeout = Milliseconds)]
    public async Task ALazyValueWhoseFirstCallerIsInterrupted_ComesForAllOthers()
    {
        int rounds = LongSuite.Count(usual: 40_000, full: 200_000);
        var calls = new List<Task<int>>();
        var values = new List<AsyncLazy<int>>();
        var thrown = new List<Exception>();
        await OnAThreadAsync(token =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var lazy = new AsyncLazy<int>(async _ =>
                {
                    await Task.Yield();
                    return 1;
                });
                values.Add(lazy);
                Thread.CurrentThread.Interrupt();
                try
                {
                    calls.Add(lazy.GetValueAsync(token).AsTask());
                }
                catch (Exception e)
                {
                    thrown.Add(e);
                }
            }
        });

        Assert.Empty(thrown);
        await Limit.OfAsync(Task.WhenAll(values.Select(lazy => lazy.GetValueAsync().AsTask())));
        Limit.Until(() => calls.TrueForAll(call => call.IsCompleted));
        Assert.All(values, lazy => Assert.Equal(0, lazy.WaiterCount));
        Assert.All(
            calls.Where(call => call.IsFaulted),
            call => Assert.IsType<ThreadInterruptedException>(call.Exception!.InnerException));
        LongSuite.Say($"{calls.Count(call => call.IsFaulted):N0} calls failed");
    }

    [Fact(Timeout = Milliseconds)]
    public Task AFactoryEndedByAThreadThatIsInterrupted_LosesNoCaller()
    {
        const int Callers = 300;
        int rounds = LongSuite.Count(usual: 15, full: 150);
        return OnAThreadAsync(token =>
        {
            for (var round = 0; round < rounds; round++)
            {
                var made = new TaskCompletionSource<int>();
                var started = new TaskCompletionSource();
                var lazy = new AsyncLazy<int>(_ =>
                {
                    started.SetResult();
                    return made.Task;
                });
                Task<int>[] calls =
                    [.. Enumerable.Range(0, Callers).Select(_ => lazy.GetValueAsync(token).AsTask())];

                // The lazy value then is just about to wait for the factory's task. If this thread is sooner, the end
                // of the run is not its own, and the round shows nothing.
                Limit.Until(() => started.Task.IsCompleted);
                Thread.SpinWait(20_000);
                Thread.CurrentThread.Interrupt();
                made.SetResult(1);

                Assert.True(Interrupts.TakeOwn());
                Limit.Until(() => Array.TrueForAll(calls, call => call.IsCompletedSuccessfully));
                Assert.Equal(0, lazy.WaiterCount);
            }
        });
    }

    // On a thread of its own: an interrupt that is left to it is nobody else's.
    private static async Task OnAThreadAsync(Action<CancellationToken> work)
    {
        using var crowded = new CrowdedToken();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                work(crowded.Token);
                ended.SetResult();
            }
            catch (Exception e)
            {
                ended.SetException(e);
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        await ended.Task;
    }
}
