using System.Collections;
using System.Runtime.CompilerServices;
using AsyncKit.Concurrency;

namespace AsyncKit.Tests.Concurrency;

/// <summary>How a run ends when bodies or the source fault, when the caller cancels, and when both meet.</summary>
public class BoundedRunnerOutcomeTests
{
    private readonly BoundedRunner _runner = new(3);

    [Fact]
    public async Task FirstFault_StopsThePulling_CancelsTheOthers_AndWaitsForThem()
    {
        var fault = new InvalidOperationException("broken");
        var twoWait = new CountdownEvent(2);
        var pulled = 0;
        var ended = 0;

        IEnumerable<int> items = Enumerable.Range(0, 100).Select(i => Interlocked.Increment(ref pulled) - 1);
        Task run = _runner.ForEachAsync(items, async (item, token) =>
        {
            if (item is 0)
            {
                twoWait.Wait(token);
                throw fault;
            }

            twoWait.Signal();
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            finally
            {
                Interlocked.Increment(ref ended);
            }
        });

        Assert.Same(fault, await Assert.ThrowsAsync<InvalidOperationException>(() => run));
        Assert.Equal(2, ended);
        Assert.Equal(3, pulled);
        Assert.Same(fault, Assert.Single(run.Exception!.InnerExceptions));
    }

    [Fact]
    public async Task EveryFault_IsKept_InTheOrderTheyHappened()
    {
        var allRunning = new CountdownEvent(3);

        Task run = _runner.ForEachAsync([0, 1, 2], async (item, token) =>
        {
            allRunning.Signal();
            allRunning.Wait(CancellationToken.None);
            if (item is 1) throw new InvalidOperationException("first");
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
            }
            catch (OperationCanceledException e) when (item is 2)
            {
                throw new IOException("second, while cleaning up", e);
            }
        });

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Equal("first", thrown.Message);
        Assert.Equal(
            ["first", "second, while cleaning up"], run.Exception!.InnerExceptions.Select(e => e.Message));
    }

    [Fact]
    public async Task ABodyThatIgnoresItsToken_IsWaitedFor()
    {
        var stubborn = new TaskCompletionSource();
        var stubbornRuns = new TaskCompletionSource();
        var cancelled = new TaskCompletionSource();

        Task run = _runner.ForEachAsync([0, 1], async (item, token) =>
        {
            if (item is 0)
            {
                await stubbornRuns.Task;
                throw new InvalidOperationException("broken");
            }

            using CancellationTokenRegistration registration = token.Register(() => cancelled.SetResult());
            stubbornRuns.SetResult();
            await stubborn.Task;
        });
        await cancelled.Task;
        Assert.False(run.IsCompleted);
        stubborn.SetResult();

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
    }

    [Fact]
    public async Task ACancellationNobodyAskedFor_IsAFault()
    {
        var foreign = new OperationCanceledException("not ours");

        Task run = _runner.ForEachAsync([1], new Func<int, CancellationToken, ValueTask>((_, _) => throw foreign));

        Assert.Same(foreign, await Assert.ThrowsAsync<OperationCanceledException>(() => run));
        Assert.True(run.IsFaulted);
    }

    [Fact]
    public async Task CallersCancellation_EndsTheRun_WithTheCallersToken()
    {
        using var caller = new CancellationTokenSource();
        var running = new CountdownEvent(3);

        Task run = _runner.ForEachAsync(Endless(), async (_, token) =>
        {
            if (running.CurrentCount > 0) running.Signal();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
        }, caller.Token);
        running.Wait(TestContext.Current.CancellationToken);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.True(run.IsCanceled);
    }

    [Fact]
    public async Task CancelledBeforeTheCall_TheSourceIsNotTouched()
    {
        var token = new CancellationToken(canceled: true);

        Task run = _runner.ForEachAsync(Untouchable(), static (_, _) => ValueTask.CompletedTask, token);

        Assert.True(run.IsCanceled);
        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.Equal(token, thrown.CancellationToken);

        static IEnumerable<int> Untouchable()
        {
            Assert.Fail("The source was touched.");
            yield break;
        }
    }

    [Fact]
    public async Task CancelledWhenAllWorkWasDone_TheRunSucceeds()
    {
        using var caller = new CancellationTokenSource();
        var sourceEnded = new TaskCompletionSource();

        Task<int[]> run = _runner.MapAsync(Source(), async (item, _) =>
        {
            await sourceEnded.Task;
            await caller.CancelAsync();
            return item;
        }, caller.Token);

        Assert.Equal(1, Assert.Single(await run));

        IEnumerable<int> Source()
        {
            yield return 1;
            sourceEnded.SetResult();
        }
    }

    [Fact]
    public async Task CancelledByTheLastItemOfACollection_TheRunSucceeds()
    {
        using var caller = new CancellationTokenSource();

        int[] results = await new BoundedRunner(1).MapAsync([1, 2], async (item, _) =>
        {
            if (item is 2) await caller.CancelAsync();
            return item;
        }, caller.Token);

        Assert.Equal(2, results.Length);
    }

    [Fact]
    public async Task ACancellationThatShowsInTheSourcesDisposal_IsACancellation()
    {
        using var caller = new CancellationTokenSource();

        Task run = _runner.ForEachAsync(
            SourceAsync(caller.Token), (_, _) => new ValueTask(caller.CancelAsync()), caller.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        Assert.True(run.IsCanceled);

        static async IAsyncEnumerable<int> SourceAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                await Task.FromCanceled(new CancellationToken(canceled: true));
            }
        }
    }

    [Fact]
    public async Task ASourceThatFails_IsNotAskedAgain()
    {
        var source = new FailingSource();

        Task run = new BoundedRunner(8).ForEachAsync(source, static async (_, _) => await Task.Yield());

        await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Single(run.Exception!.InnerExceptions);
        Assert.Equal(1, source.Failures);
    }

    [Fact]
    public async Task AFault_IsNotDroppedBecauseTheCallerAlsoCancelled()
    {
        using var caller = new CancellationTokenSource();

        Task run = _runner.ForEachAsync([1], async (_, _) =>
        {
            await caller.CancelAsync();
            throw new InvalidOperationException("real");
        }, caller.Token);

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
    }

    [Fact]
    public async Task ASourceThatThrows_FaultsTheRun_AfterTheBodiesOfItsItems()
    {
        var done = 0;

        Task run = _runner.ForEachAsync(SourceAsync(), async (_, _) =>
        {
            await Task.Yield();
            Interlocked.Increment(ref done);
        });

        IOException thrown = await Assert.ThrowsAsync<IOException>(() => run);
        Assert.Equal("source", thrown.Message);
        Assert.Equal(2, done);

        static async IAsyncEnumerable<int> SourceAsync()
        {
            yield return 1;
            yield return 2;
            await Task.Yield();
            throw new IOException("source");
        }
    }

    [Fact]
    public async Task Source_IsDisposed_HoweverTheRunEnds()
    {
        using var caller = new CancellationTokenSource();
        var disposed = 0;

        await _runner.ForEachAsync(Source(), static (_, _) => ValueTask.CompletedTask);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _runner.ForEachAsync(
            Source(), static async (_, _) =>
            {
                await Task.Yield();
                throw new InvalidOperationException("body");
            }));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _runner.ForEachAsync(
                Source(endless: true), (_, _) => new ValueTask(caller.CancelAsync()), caller.Token));
        Assert.Equal(3, disposed);

        IEnumerable<int> Source(bool endless = false)
        {
            try
            {
                do yield return 1;
                while (endless);
            }
            finally
            {
                Interlocked.Increment(ref disposed);
            }
        }
    }

    [Fact]
    public async Task AFaultOfTheSourcesDisposal_IsReported()
    {
        Task run = new BoundedRunner(1).ForEachAsync(FaultyWhenDisposedAsync(), static async (_, _) =>
        {
            await Task.Yield();
            throw new InvalidOperationException("body");
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Equal(["body", "dispose"], run.Exception!.InnerExceptions.Select(e => e.Message));

        static async IAsyncEnumerable<int> FaultyWhenDisposedAsync()
        {
            try
            {
                for (var i = 0; ; i++)
                {
                    await Task.Yield();
                    yield return i;
                }
            }
            finally
            {
                Throw();
            }
        }

        static void Throw() => throw new IOException("dispose");
    }

    [Fact]
    public async Task WhatACancellationCallbackThrows_IsReportedToo()
    {
        var registered = new TaskCompletionSource();

        Task run = _runner.ForEachAsync([0, 1], async (item, token) =>
        {
            if (item is 0)
            {
                await registered.Task;
                throw new InvalidOperationException("body");
            }

            var cancelled = new TaskCompletionSource();
            using CancellationTokenRegistration end = token.Register(() => cancelled.SetResult());
            using CancellationTokenRegistration faulty = token.Register(static () => throw new IOException("callback"));
            registered.SetResult();
            await cancelled.Task;
        });

        await Assert.ThrowsAsync<InvalidOperationException>(() => run);
        Assert.Equal(["body", "callback"], run.Exception!.InnerExceptions.Select(e => e.Message));
    }

    [Fact]
    public async Task AfterAFailedRun_TheRunnerIsAsGoodAsNew()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _runner.ForEachAsync(
            [1, 2, 3],
            new Func<int, CancellationToken, ValueTask>((_, _) => throw new InvalidOperationException("body"))));

        var allRunning = new CountdownEvent(_runner.Limit.Value);
        await _runner.ForEachAsync([1, 2, 3], async (_, _) =>
        {
            await Task.Yield();
            allRunning.Signal();
            allRunning.Wait(TestContext.Current.CancellationToken);
        });
    }

    private static IEnumerable<int> Endless()
    {
        for (var i = 0; ; i++) yield return i;
    }

    /// <summary>Gives elements, then fails each time it is asked, as a reader of a broken connection does.</summary>
    private sealed class FailingSource : IEnumerable<int>, IEnumerator<int>
    {
        private int _asked;

        public int Failures { get; private set; }

        public int Current => _asked;

        object IEnumerator.Current => Current;

        public bool MoveNext()
        {
            if (++_asked < 20) return true;
            Failures++;
            throw new IOException("source");
        }

        public IEnumerator<int> GetEnumerator() => this;

        IEnumerator IEnumerable.GetEnumerator() => this;

        public void Reset() => throw new NotSupportedException();

        public void Dispose()
        {
        }
    }
}
