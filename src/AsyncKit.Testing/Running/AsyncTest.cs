namespace AsyncKit.Testing;

/// <summary>Runs asynchronous tests so that they are fast and give the same result each time: on virtual time, one
/// strand at a time.</summary>
/// <remarks>
/// <para>It is a plain call, for any test framework: <c>await AsyncTest.RunAsync(async env => ...)</c>. The code
/// under test needs no changes: awaits, <c>Task.Run</c>, <c>ConfigureAwait(false)</c>, channels, threads of its own,
/// and timers of <see cref="TestEnv.Time"/> are all under control.</para>
/// <para><b>One at a time.</b> Exactly one strand of the test runs, on whatever thread; the code between two waits is
/// never interrupted by other code of the test. What can run does so in the order in which it became ready, so that
/// each run takes the same steps.</para>
/// <para><b>Time</b> moves only when nothing can run, and then jumps to the next timer.</para>
/// <para><b>The end.</b> The run ends when the body's task has. Background work is then cancelled and awaited, what can
/// still run does, without time moving, and the leak checks follow. The task of the call then faults with all that went
/// wrong: what the body threw first, then a deadlock, what nobody could catch, or a leak.</para>
/// <para>Runs are independent of each other and may go on at the same time, but not inside each other. Static state is
/// shared, as always. The first run raises the least number of threads of the pool to 64, for the process, and runs
/// with more work at the gate raise it further: threads wait there for their turn.</para>
/// </remarks>
public static class AsyncTest
{
    /// <summary>Runs a test.</summary>
    /// <param name="body">The test. It runs on a thread of its own, with the caller's <see cref="AsyncLocal{T}"/>
    /// values.</param>
    /// <param name="options">How to run it; the defaults when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the run, such as the framework's own token.</param>
    /// <returns>A task that completes when the run has ended.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The call is made inside a test that runs.</exception>
    /// <exception cref="PlatformNotSupportedException">The runtime lacks what the run is built on.</exception>
    /// <exception cref="AsyncTestException">The run found a failure: <see cref="AsyncTestFailure"/> lists
    /// them.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static Task RunAsync(
        Func<TestEnv, Task> body, AsyncTestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        options ??= new AsyncTestOptions();
        PumpedCall.ThrowIfInside();
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Mechanism.Prepare();
        return new PumpedCall(options, cancellationToken).StartAsync(call =>
        {
            var run = new TestRun(body, options);
            RuntimeTracing.Begin();
            call.Make(run);
            RuntimeTracing.End();
            return run.Failures;
        });
    }

    /// <summary>Runs a test that gives a value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value of the body.</returns>
    /// <inheritdoc cref="RunAsync(Func{TestEnv, Task}, AsyncTestOptions?, CancellationToken)"/>
    public static Task<T> RunAsync<T>(
        Func<TestEnv, Task<T>> body, AsyncTestOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        Task<T>? result = null;
        Task run = RunAsync(env => (Task)(result = body(env)), options, cancellationToken);
        return ResultAsync(run);

        async Task<T> ResultAsync(Task ended)
        {
            await ended.ConfigureAwait(false);
            return await result!.ConfigureAwait(false);
        }
    }

    /// <summary>Runs a test under many schedules: each takes another order of what can run at the same time.</summary>
    /// <remarks>
    /// <para>The first schedule that fails is shrunk to the few choices that matter, run once more with its trace, and
    /// thrown as an <see cref="AsyncTestException"/> with its steps and a token for <see cref="ReplayAsync(string,
    /// Func{TestEnv, Task}, ExploreOptions?, CancellationToken)"/>.</para>
    /// <para>The body must be the same each time but for its choices: it makes what it tests anew, and takes time and
    /// chance from the env. A test that leaves the thread pool alone is explored at hundreds of thousands of schedules
    /// a second, one that crosses it at thousands.</para>
    /// </remarks>
    /// <param name="body">The test.</param>
    /// <param name="options">How to explore; the defaults when <see langword="null"/>.</param>
    /// <param name="cancellationToken">Ends the exploration.</param>
    /// <returns>What was done, when no schedule failed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="body"/> is <see langword="null"/>.</exception>
    /// <exception cref="InvalidOperationException">The call is made inside a test that runs, or an environment variable
    /// has a wrong value.</exception>
    /// <exception cref="PlatformNotSupportedException">The runtime lacks what the runs are built on.</exception>
    /// <exception cref="AsyncTestException">A schedule failed.</exception>
    /// <exception cref="OperationCanceledException">The exploration was cancelled.</exception>
    public static Task<ExploreReport> ExploreAsync(
        Func<TestEnv, Task> body, ExploreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Exploration.ExploreAsync(
            _ => body, static options => options.Strategy.NewPlan(options.Seed, options), options, cancellationToken);
    }

    /// <summary>Runs a test under the schedule of a token.</summary>
    /// <param name="token">What a report says after <c>AK1-</c>, with it.</param>
    /// <param name="body">The test that the token is of.</param>
    /// <param name="options">The options that it was explored with.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <returns>A task that completes when the run has ended.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException"><paramref name="token"/> is not a token.</exception>
    /// <exception cref="InvalidOperationException">The call is made inside a test that runs.</exception>
    /// <exception cref="AsyncTestException">The schedule failed; or it is not one of this test, and then the message
    /// says at which step.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public static Task ReplayAsync(
        string token,
        Func<TestEnv, Task> body,
        ExploreOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Exploration.ReplayAsync(
            token, decisions => ExploredBody.Failable(body, decisions), options, cancellationToken);
    }

    /// <summary>Runs a test that is cancelled under the schedule of a token of
    /// <see cref="CancelEverywhereAsync"/>.</summary>
    /// <inheritdoc cref="ReplayAsync(string, Func{TestEnv, Task}, ExploreOptions?, CancellationToken)"/>
    public static Task ReplayAsync(
        string token,
        Func<TestEnv, CancellationToken, Task> body,
        ExploreOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Exploration.ReplayAsync(
            token, decisions => ExploredBody.Cancellable(body, decisions), options, cancellationToken);
    }

    /// <summary>Runs a test that is cancelled: before it begins, before each of its steps, and then anywhere under
    /// schedules of a portfolio.</summary>
    /// <remarks>A run passes when the body ends, or ends cancelled, and everything else about it is as it should be: no
    /// deadlock, no leak, and what the body asserts after the operation that was cancelled. A body that waits for ever
    /// is cancelled when nothing else can run.</remarks>
    /// <param name="body">The test, which gives the token to what it tests.</param>
    /// <param name="options">How to explore; its strategy does not matter.</param>
    /// <param name="cancellationToken">Ends the exploration.</param>
    /// <inheritdoc cref="ExploreAsync"/>
    public static Task<ExploreReport> CancelEverywhereAsync(
        Func<TestEnv, CancellationToken, Task> body,
        ExploreOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Exploration.ExploreAsync(
            decisions => ExploredBody.Cancellable(body, decisions),
            static options => new CancelPlan(options.Seed, options),
            options,
            cancellationToken);
    }

    /// <summary>Runs a test in which each fault of each <see cref="TestEnv.FaultPoint"/>, and of the doubles that
    /// explore theirs, happens once, and then any of them under schedules of a portfolio.</summary>
    /// <remarks>A run passes when the body ends, or ends with the fault it met, and everything else about it is as it
    /// should be.</remarks>
    /// <param name="body">The test.</param>
    /// <param name="options">How to explore; its strategy does not matter.</param>
    /// <param name="cancellationToken">Ends the exploration.</param>
    /// <exception cref="AsyncTestException">A schedule failed, or no run came to a place where something can go
    /// wrong.</exception>
    /// <inheritdoc cref="ExploreAsync"/>
    public static Task<ExploreReport> FailEverywhereAsync(
        Func<TestEnv, Task> body, ExploreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Exploration.ExploreAsync(
            decisions => ExploredBody.Failable(body, decisions),
            static options => new FaultPlan(options.Seed, options),
            options,
            cancellationToken);
    }

    /// <summary>Runs each of many schedules of a test twice, to find what in it is not under control: statics, real
    /// time, random numbers, the order of a set.</summary>
    /// <param name="body">The test.</param>
    /// <param name="options">How to explore.</param>
    /// <param name="cancellationToken">Ends the exploration.</param>
    /// <exception cref="AsyncTestException">A schedule took another step when it was run again; the message says which.
    /// Or a schedule failed.</exception>
    /// <inheritdoc cref="ExploreAsync"/>
    public static Task<ExploreReport> CheckDeterminismAsync(
        Func<TestEnv, Task> body, ExploreOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(body);
        return Exploration.CompareAsync(body, options, cancellationToken);
    }
}
