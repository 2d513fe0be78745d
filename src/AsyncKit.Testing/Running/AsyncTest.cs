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
/// shared, as always. The first run raises the least number of threads of the pool to 64, for the process: threads
/// wait at the gate for their turn.</para>
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
        if (TestEnv.Current is not null)
        {
            throw new InvalidOperationException(
                "A test cannot run inside another one: which of the two would have the turn? Use the env there is.");
        }

        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled(cancellationToken);
        Mechanism.Prepare();
        return new TestRun(body, options, cancellationToken).StartAsync();
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
}
