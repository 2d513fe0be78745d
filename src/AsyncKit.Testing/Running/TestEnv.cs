using System.Diagnostics;

namespace AsyncKit.Testing;

/// <summary>What a test of <see cref="AsyncTest"/> runs in: its clock, its strands, and what is known about
/// them.</summary>
/// <remarks>Thread-safe. It ends with its test; afterwards the clock stands still and nothing can be started.</remarks>
[DebuggerDisplay("{Time}, Step = {_run.Trace.Count}")]
public sealed class TestEnv
{
    private readonly TestRun _run;

    internal TestEnv(TestRun run) => _run = run;

    /// <summary>The test that the running code belongs to; <see langword="null"/> outside of a test that
    /// runs.</summary>
    /// <remarks>It flows as an <see cref="AsyncLocal{T}"/> does, to every thread that runs code of the test.</remarks>
    public static TestEnv? Current => CurrentRun?.Env;

    /// <summary>The clock: give it to the code under test.</summary>
    public VirtualTime Time => _run.Time;

    /// <summary>The virtual time that has passed since the start of the test.</summary>
    public TimeSpan Elapsed => _run.Time.Elapsed;

    /// <summary>The steps so far, in order; of more than 10,000 the last. While a test is explored there are none, but
    /// in the run that is reported: what a test does must not depend on them.</summary>
    public IReadOnlyList<TestStep> Trace => _run.Trace.Snapshot();

    internal static TestRun? CurrentRun =>
        Gate.Current?.Scheduler is { IsOver: false, Run: { } run } ? run : null;

    internal Watches Watches => _run.Watches;

    /// <summary>What decides in an explored run; <see langword="null"/> in others. After the end of a run its decisions
    /// belong to the next.</summary>
    internal Decisions? Decisions => _run.Scheduler is { IsOver: false, Decisions: { } decisions } ? decisions : null;

    /// <summary>Waits on the virtual clock.</summary>
    /// <param name="delay">How long: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>A task that completes when the time has passed.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="delay"/> is negative or too long.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public Task DelayAsync(TimeSpan delay, CancellationToken cancellationToken = default) =>
        Task.Delay(delay, _run.Time, cancellationToken);

    /// <summary>Waits until nothing else of the test can run. Time does not move.</summary>
    /// <remarks>Work outside of the test, as <see cref="ExternalAsync(Func{Task})"/> runs it, is waited for. Of several
    /// that wait for this, all go on, in the order in which they began to.</remarks>
    /// <returns>A task that completes when all other strands wait.</returns>
    public Task IdleAsync() => _run.Watches.WhenIdleAsync();

    /// <summary>Lets everything that can run now run once before the caller goes on.</summary>
    /// <returns>A task that completes in a later step.</returns>
    public ValueTask YieldAsync() => new StrandYield(Gate.Current ?? _run.Scheduler.Root).Task;

    /// <summary>Starts a strand: work that takes its turns beside the test's own.</summary>
    /// <param name="name">Its name in the trace and in reports.</param>
    /// <param name="work">The work. It begins in a step of its own, not inside this call.</param>
    /// <returns>The task of the work. A strand that has not ended with the test, or that faulted and was not awaited,
    /// is a leak.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The test has ended.</exception>
    public Task Start(string name, Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(work);
        ThrowIfEnded();
        var ended = new TaskCompletionSource();
        StrandStart.Begin(new Strand(_run.Scheduler, name), work, ended.SetFromTask);
        _run.Work.AddStarted(name, ended.Task);
        return ended.Task;
    }

    /// <summary>Starts a strand that gives a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="Start(string, Func{Task})"/>
    public Task<T> Start<T>(string name, Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(work);
        ThrowIfEnded();
        var ended = new TaskCompletionSource<T>();
        StrandStart.Begin(new Strand(_run.Scheduler, name), work, task => ended.SetFromTask((Task<T>)task));
        _run.Work.AddStarted(name, ended.Task);
        return ended.Task;
    }

    /// <summary>Starts a strand that serves the test for as long as it runs: a server, a consumer, a pump.</summary>
    /// <param name="name">Its name in the trace and in reports.</param>
    /// <param name="work">The work. Its token is cancelled when the test has ended; it must then end too, and may take
    /// virtual time for it. A fault of it fails the test at once.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The test has ended.</exception>
    public void Background(string name, Func<CancellationToken, Task> work)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(work);
        ThrowIfEnded();
        CancellationToken end = _run.Work.End;
        var ended = new TaskCompletionSource();
        StrandStart.Begin(
            new Strand(_run.Scheduler, name), () => WatchAsync(name, work, end), ended.SetFromTask);
        _run.Work.AddBackground(name, ended.Task);
    }

    /// <summary>Runs work that does real input or output: the clock stands still until it has ended.</summary>
    /// <param name="work">The work, such as a call to a real server.</param>
    /// <returns>A task that completes as that of the work.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="work"/> is <see langword="null"/>.</exception>
    public Task ExternalAsync(Func<Task> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return ExternalAsync(async () =>
        {
            await work().ConfigureAwait(false);
            return true;
        });
    }

    /// <summary>Runs work that does real input or output and gives a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <inheritdoc cref="ExternalAsync(Func{Task})"/>
    public Task<T> ExternalAsync<T>(Func<Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        return HoldTimeAsync();

        async Task<T> HoldTimeAsync()
        {
            _run.External.Begin();
            try
            {
                return await work().ConfigureAwait(false);
            }
            finally
            {
                _run.External.End();
                _run.Wake();
            }
        }
    }

    /// <summary>Checks a condition after every step from now on; the step that breaks it fails the test.</summary>
    /// <param name="invariant">The condition. It only looks, and does not wait.</param>
    /// <param name="message">What it means, for the report.</param>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    public void Always(Func<bool> invariant, string message)
    {
        ArgumentNullException.ThrowIfNull(invariant);
        ArgumentNullException.ThrowIfNull(message);
        _run.Watches.Always(invariant, message);
    }

    /// <summary>Takes one of several ways: in an exploration each of them, at some time.</summary>
    /// <remarks>What is chosen is a part of the schedule: it is shrunk and replayed with it.</remarks>
    /// <param name="count">How many ways there are, at least 1.</param>
    /// <returns>From 0 to less than <paramref name="count"/>. Without exploration 0, the way that a failure is shrunk
    /// to.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="count"/> is less than 1.</exception>
    public int Choose(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Decisions?.Choose(count, (count - 1) / (double)count) ?? 0;
    }

    /// <summary>Takes one of several values: in an exploration each of them, at some time.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="values">The values, at least one; the first is the one without exploration.</param>
    /// <returns>One of them.</returns>
    /// <exception cref="ArgumentException">There is no value.</exception>
    public T Choose<T>(params ReadOnlySpan<T> values)
    {
        if (values.IsEmpty) throw new ArgumentException("There must be at least one value to choose.", nameof(values));
        return values[Choose(values.Length)];
    }

    /// <summary>Says yes at some time in an exploration, and no without one.</summary>
    /// <param name="probability">How likely it is where the schedule goes by chance, from 0 to 1.</param>
    /// <returns>Whether yes.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="probability"/> is out of range.</exception>
    public bool Maybe(double probability = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(probability);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(probability, 1);
        return probability > 0 && Decisions?.Choose(2, probability) is 1;
    }

    /// <summary>A place where something can go wrong: in an exploration it does, at some time.</summary>
    /// <remarks><see cref="AsyncTest.FailEverywhereAsync"/> lets each fault of each place happen once.</remarks>
    /// <param name="name">The name of the place, for the message of the fault.</param>
    /// <param name="faults">What it may throw; an <see cref="IOException"/> when none is given.</param>
    /// <exception cref="ArgumentNullException">An argument, or a fault, is <see langword="null"/>.</exception>
    public void FaultPoint(string name, params Exception[] faults)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(faults);
        foreach (Exception each in faults) ArgumentNullException.ThrowIfNull(each, nameof(faults));
        if (Decisions?.ChooseFault(Math.Max(1, faults.Length)) is not (> 0 and var kind)) return;
        Exception fault = faults is [] ? new IOException($"A fault at '{name}', as explored.") : faults[kind - 1];
        Decisions.Injected = fault;
        throw fault;
    }

    /// <summary>Describes the test as it is now: what waits and for what, the timers, the last steps.</summary>
    /// <returns>Some lines of text.</returns>
    public string Describe() => _run.Report.Describe();

    private async Task WatchAsync(string name, Func<CancellationToken, Task> work, CancellationToken end)
    {
        try
        {
            await work(end).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // As asked.
        }
        catch (Exception e)
        {
            _run.Stop(_run.Report.Unhandled($"the background work '{name}'", e));
        }
    }

    private void ThrowIfEnded()
    {
        if (_run.Scheduler.IsOver)
            throw new InvalidOperationException("The test has ended: nothing can be started in it any more.");
    }
}
