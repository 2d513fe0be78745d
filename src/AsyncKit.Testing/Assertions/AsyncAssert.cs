using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace AsyncKit.Testing;

/// <summary>Assertions about asynchronous code: that it completes in time, waits, becomes true, can be
/// cancelled.</summary>
/// <remarks>
/// <para>A failure is an <see cref="AsyncTestException"/> with <see cref="AsyncTestFailure.Assertion"/>.</para>
/// <para><b>In a test of <see cref="AsyncTest"/></b> limits are on virtual time, conditions are looked at after each
/// step and each move of the clock, and messages describe the test. All that happens at the moment of a limit is within
/// it. With <see cref="AutoAdvance.Manual"/> the limits pass as the test moves the clock.</para>
/// <para><b>Outside of one</b> limits are on the given clock, by default the real one, and conditions are looked at
/// from time to time: after 1 millisecond, 2, 4, then every 50.</para>
/// <para>An assertion takes its time when it is called. Wrong arguments are refused at the call. Parameters that end in
/// <c>Expression</c> are filled in by the compiler, for the message.</para>
/// </remarks>
public static class AsyncAssert
{
    /// <summary>Asserts that a task completes within a time.</summary>
    /// <param name="task">The task.</param>
    /// <param name="within">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. Zero leaves no time,
    /// but in a test whatever can run without the clock moving.</param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="taskExpression">Filled in by the compiler.</param>
    /// <returns>A task that ends as the task does: with its own exception, as it is, or cancelled.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="within"/> is out of range.</exception>
    /// <exception cref="AsyncTestException">The task has not completed. It is left running.</exception>
    public static Task CompletesWithinAsync(
        Task task,
        TimeSpan within,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ManualTimer.ThrowIfOutOfRange(within);
        return CompletesAsync(task, within, new AssertionSite(timeProvider, taskExpression, "The task"));
    }

    /// <summary>Asserts that a task completes within a time, and gives its value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value of the task; or its own exception, as it is; or cancelled.</returns>
    /// <inheritdoc cref="CompletesWithinAsync(Task, TimeSpan, TimeProvider?, string?)"/>
    public static Task<T> CompletesWithinAsync<T>(
        Task<T> task,
        TimeSpan within,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ManualTimer.ThrowIfOutOfRange(within);
        return CompletesAsync(task, within, new AssertionSite(timeProvider, taskExpression, "The task"));
    }

    /// <summary>Asserts that a task does not end for a time, in whatever way. Fails as soon as it does.</summary>
    /// <remarks>In a test exactly one of this and
    /// <see cref="CompletesWithinAsync(Task, TimeSpan, TimeProvider?, string?)"/> holds for a task that succeeds: one
    /// that completes at the end of the time has not stayed pending.</remarks>
    /// <param name="task">The task.</param>
    /// <param name="during">How long: zero or more. Zero: in a test, until nothing can run.</param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="taskExpression">Filled in by the compiler.</param>
    /// <returns>A task that completes when the time has passed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="during"/> is out of range.</exception>
    /// <exception cref="AsyncTestException">The task has ended; the exception it ended with is the inner
    /// one.</exception>
    public static Task StaysPendingAsync(
        Task task,
        TimeSpan during,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ThrowIfNoDuration(during);
        return WaitsAsync(task, during, new AssertionSite(timeProvider, taskExpression, "The task"));
    }

    /// <summary>Asserts that a task has completed when it is handed out.</summary>
    /// <remarks>A task that has failed or was cancelled throws its own exception, as it is.</remarks>
    /// <param name="task">The task.</param>
    /// <param name="taskExpression">Filled in by the compiler.</param>
    /// <exception cref="ArgumentNullException"><paramref name="task"/> is <see langword="null"/>.</exception>
    /// <exception cref="AsyncTestException">The task is pending.</exception>
    public static void CompletedSynchronously(
        Task task, [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        CompletedSynchronously(new ValueTask(task), taskExpression);
    }

    /// <summary>Asserts that a task has completed when it is handed out, and gives its value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value.</returns>
    /// <inheritdoc cref="CompletedSynchronously(Task, string?)"/>
    public static T CompletedSynchronously<T>(
        Task<T> task, [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        return CompletedSynchronously(new ValueTask<T>(task), taskExpression);
    }

    /// <summary>Asserts that a value task has completed when it is handed out.</summary>
    /// <remarks>A task that has failed or was cancelled throws its own exception, as it is. The assertion consumes the
    /// value task, which may be done once: do not await it afterwards.</remarks>
    /// <param name="task">The value task. It is not consumed when it is pending.</param>
    /// <param name="taskExpression">Filled in by the compiler.</param>
    /// <exception cref="AsyncTestException">The task is pending.</exception>
    public static void CompletedSynchronously(
        ValueTask task, [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ThrowIfPending(task.IsCompleted, taskExpression);
        ResultOf(WithValueAsync());

        async ValueTask<bool> WithValueAsync()
        {
            await task.ConfigureAwait(false);
            return true;
        }
    }

    /// <summary>Asserts that a value task has completed when it is handed out, and gives its value.</summary>
    /// <typeparam name="T">The type of the value.</typeparam>
    /// <returns>The value: the value task itself must not be asked for it again.</returns>
    /// <inheritdoc cref="CompletedSynchronously(ValueTask, string?)"/>
    public static T CompletedSynchronously<T>(
        ValueTask<T> task, [CallerArgumentExpression(nameof(task))] string? taskExpression = null)
    {
        ThrowIfPending(task.IsCompleted, taskExpression);
        return ResultOf(task);
    }

    /// <summary>Asserts that an assertion comes to hold. Passes as soon as it does.</summary>
    /// <param name="assertion">The assertion: it throws as long as it does not hold. It only looks, and does not wait.
    /// </param>
    /// <param name="within">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 10 seconds.
    /// </param>
    /// <param name="failFast">Says that it will never hold: the assertion then fails at once. What it throws is thrown.
    /// </param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="assertionExpression">Filled in by the compiler.</param>
    /// <returns>A task that completes when it holds.</returns>
    /// <exception cref="ArgumentNullException">The first argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="within"/> is out of range.</exception>
    /// <exception cref="AsyncTestException">It did not come to hold; what it threw last is the inner exception.
    /// </exception>
    public static Task EventuallyAsync(
        Action assertion,
        TimeSpan? within = null,
        Func<bool>? failFast = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(assertion))] string? assertionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        return Eventually(within, failFast, timeProvider, assertionExpression).HoldsAsync(() =>
        {
            assertion();
            return true;
        });
    }

    /// <summary>Asserts that a condition comes to hold. Passes as soon as it does.</summary>
    /// <param name="condition">The condition. One that throws does not hold. It only looks, and does not wait.</param>
    /// <param name="within">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 10 seconds.
    /// </param>
    /// <param name="failFast">Says that it will never hold: the assertion then fails at once. What it throws is thrown.
    /// </param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="conditionExpression">Filled in by the compiler.</param>
    /// <inheritdoc cref="EventuallyAsync(Action, TimeSpan?, Func{bool}?, TimeProvider?, string?)"/>
    public static Task EventuallyAsync(
        Func<bool> condition,
        TimeSpan? within = null,
        Func<bool>? failFast = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Eventually(within, failFast, timeProvider, conditionExpression).HoldsAsync(condition);
    }

    /// <summary>Asserts that an assertion that awaits comes to hold.</summary>
    /// <remarks>In a test it is run again when something has happened since it last began and nothing can run: at one
    /// moment ten times at most, so that runs which take steps themselves do not hold up the clock.</remarks>
    /// <param name="assertion">The assertion: its task fails as long as it does not hold. One that still runs at the
    /// limit is left running.</param>
    /// <param name="within">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 10 seconds.
    /// </param>
    /// <param name="failFast">Says that it will never hold: the assertion then fails at once. What it throws is thrown.
    /// </param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="assertionExpression">Filled in by the compiler.</param>
    /// <inheritdoc cref="EventuallyAsync(Action, TimeSpan?, Func{bool}?, TimeProvider?, string?)"/>
    [OverloadResolutionPriority(1)]
    public static Task EventuallyAsync(
        Func<ValueTask> assertion,
        TimeSpan? within = null,
        Func<bool>? failFast = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(assertion))] string? assertionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        return Eventually(within, failFast, timeProvider, assertionExpression).HoldsAsync(async () =>
        {
            await assertion().ConfigureAwait(false);
            return true;
        });
    }

    /// <inheritdoc cref="EventuallyAsync(Func{ValueTask}, TimeSpan?, Func{bool}?, TimeProvider?, string?)"/>
    public static Task EventuallyAsync(
        Func<Task> assertion,
        TimeSpan? within = null,
        Func<bool>? failFast = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(assertion))] string? assertionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(assertion);
        return Eventually(within, failFast, timeProvider, assertionExpression).HoldsAsync(async () =>
        {
            await assertion().ConfigureAwait(false);
            return true;
        });
    }

    /// <summary>Asserts that a condition that awaits comes to hold.</summary>
    /// <param name="condition">The condition. One that fails does not hold. One that still runs at the limit is left
    /// running.</param>
    /// <param name="within">The limit: zero or more, or <see cref="Timeout.InfiniteTimeSpan"/>. Default: 10 seconds.
    /// </param>
    /// <param name="failFast">Says that it will never hold: the assertion then fails at once. What it throws is thrown.
    /// </param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="conditionExpression">Filled in by the compiler.</param>
    /// <inheritdoc cref="EventuallyAsync(Func{ValueTask}, TimeSpan?, Func{bool}?, TimeProvider?, string?)"/>
    [OverloadResolutionPriority(1)]
    public static Task EventuallyAsync(
        Func<ValueTask<bool>> condition,
        TimeSpan? within = null,
        Func<bool>? failFast = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Eventually(within, failFast, timeProvider, conditionExpression).HoldsAsync(condition);
    }

    /// <inheritdoc cref="EventuallyAsync(Func{ValueTask{bool}}, TimeSpan?, Func{bool}?, TimeProvider?, string?)"/>
    public static Task EventuallyAsync(
        Func<Task<bool>> condition,
        TimeSpan? within = null,
        Func<bool>? failFast = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        return Eventually(within, failFast, timeProvider, conditionExpression).HoldsAsync(
            () => new ValueTask<bool>(condition()));
    }

    /// <summary>Asserts that a condition holds for a time. Fails as soon as it does not, and says when.</summary>
    /// <remarks>Outside of a test a break between two looks is not seen.</remarks>
    /// <param name="condition">The condition. One that throws does not hold. It only looks, and does not wait.</param>
    /// <param name="during">How long: zero or more. Zero: in a test, until nothing can run.</param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="conditionExpression">Filled in by the compiler.</param>
    /// <returns>A task that completes when the time has passed.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="condition"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="during"/> is out of range.</exception>
    /// <exception cref="AsyncTestException">The condition did not hold; what it threw is the inner
    /// exception.</exception>
    public static Task AlwaysAsync(
        Func<bool> condition,
        TimeSpan during,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(condition))] string? conditionExpression = null)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ThrowIfNoDuration(during);
        return HoldsAsync(condition, during, new AssertionSite(timeProvider, conditionExpression, "The condition"));
    }

    /// <summary>Asserts that an operation can be cancelled while it waits, and that nothing of it goes on.</summary>
    /// <remarks>
    /// <para>The operation is started, in a test given the steps it can take at this moment, and must then be pending.
    /// It is cancelled, and must end in time, with an <see cref="OperationCanceledException"/> that carries the token
    /// it was given.</para>
    /// <para>In a test no async method that it started may then still run: workers that are shared and stay must have
    /// been started before. And <paramref name="effect"/> must not change any more, while the test runs on for as long
    /// as <paramref name="within"/>; outside of a test, for 100 milliseconds.</para>
    /// </remarks>
    /// <param name="operation">The operation.</param>
    /// <param name="within">How long it may take to end once it is cancelled: zero or more, or
    /// <see cref="Timeout.InfiniteTimeSpan"/>. Default: 10 seconds.</param>
    /// <param name="effect">What the operation does, as a value to compare: the length of a file, a count. What it
    /// throws is thrown.</param>
    /// <param name="timeProvider">The clock; that of the test, or the real one, when <see langword="null"/>.</param>
    /// <param name="operationExpression">Filled in by the compiler.</param>
    /// <returns>The exception that the operation ended with.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="operation"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="within"/> is out of range.</exception>
    /// <exception cref="AsyncTestException">The operation did something else.</exception>
    public static Task<OperationCanceledException> CancelsAsync(
        Func<CancellationToken, Task> operation,
        TimeSpan? within = null,
        Func<object?>? effect = null,
        TimeProvider? timeProvider = null,
        [CallerArgumentExpression(nameof(operation))] string? operationExpression = null)
    {
        ArgumentNullException.ThrowIfNull(operation);
        var site = new AssertionSite(timeProvider, operationExpression, "The operation");
        return new CancellationCheck(site, LimitOf(within), effect).RunAsync(operation);
    }

    /// <summary>Asserts that a stream emits values at their times, in order, and then completes. Only in a test of
    /// <see cref="AsyncTest"/>, where times are exact.</summary>
    /// <remarks>The stream has 10 seconds after the last value to complete. One that is stopped, as it emits too many
    /// values or takes too long, is cancelled and disposed of.</remarks>
    /// <typeparam name="T">The type of the values, compared with its default comparer.</typeparam>
    /// <param name="source">The stream.</param>
    /// <param name="expected">The values, each with its virtual time since the call, in order. None: the stream
    /// completes without a value.</param>
    /// <returns>A task that completes when the stream has.</returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">The times are not in order.</exception>
    /// <exception cref="InvalidOperationException">The call is not made in a test.</exception>
    /// <exception cref="AsyncTestException">The stream emitted something else; the message has a table of both. What
    /// the stream threw is the inner exception.</exception>
    public static Task EmitsAsync<T>(IAsyncEnumerable<T> source, params (TimeSpan At, T Value)[] expected)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(expected);
        TimeSpan before = TimeSpan.Zero;
        foreach ((TimeSpan at, _) in expected)
        {
            if (at < before)
            {
                throw new ArgumentException(
                    $"The times must be in order, but {at} follows {before}.", nameof(expected));
            }

            before = at;
        }

        var site = new AssertionSite(timeProvider: null, expression: null, "The stream");
        if (site.Env is null)
        {
            throw new InvalidOperationException(
                "Exact times need virtual time: make this assertion in a test that AsyncTest.RunAsync runs.");
        }

        return new Emissions<T>(site, expected).CompareAsync(source);
    }

    private static async Task CompletesAsync(Task task, TimeSpan within, AssertionSite site)
    {
        if (!await site.EndsAsync(task, within).ConfigureAwait(false)) throw Late(within, site);
        await task.ConfigureAwait(false);
    }

    private static async Task<T> CompletesAsync<T>(Task<T> task, TimeSpan within, AssertionSite site)
    {
        if (!await site.EndsAsync(task, within).ConfigureAwait(false)) throw Late(within, site);
        return await task.ConfigureAwait(false);
    }

    private static async Task WaitsAsync(Task task, TimeSpan during, AssertionSite site)
    {
        if (!await site.EndsAsync(task, during).ConfigureAwait(false)) return;
        string end = task.IsFaulted ? "failed" : task.IsCanceled ? "was cancelled" : "completed";
        throw site.Failure(
            $"{site.Subject} should have stayed pending for {during}, but {end} after {site.Elapsed}.",
            task.Exception?.InnerException);
    }

    private static async Task HoldsAsync(Func<bool> condition, TimeSpan during, AssertionSite site)
    {
        var probe = new Probe(condition);
        string? when = null;
        if (!await site.MeetsAsync(IsBroken, during).ConfigureAwait(false)) return;
        throw site.Failure($"{site.Subject} should have held for {during}, but did not {when}.", probe.LastFailure);

        bool IsBroken()
        {
            if (probe.Holds()) return false;
            when = site.Now;
            return true;
        }
    }

    private static AsyncTestException Late(TimeSpan within, AssertionSite site) =>
        site.Failure($"{site.Subject} did not complete within {within}.");

    private static Eventually Eventually(
        TimeSpan? within, Func<bool>? failFast, TimeProvider? timeProvider, string? expression) =>
        new(new AssertionSite(timeProvider, expression, "The condition"), LimitOf(within), failFast);

    private static TimeSpan LimitOf(TimeSpan? within)
    {
        if (within is null) return AssertionSite.DefaultLimit;
        ManualTimer.ThrowIfOutOfRange(within.Value, nameof(within));
        return within.Value;
    }

    private static void ThrowIfNoDuration(TimeSpan during)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(during, TimeSpan.Zero);
        ManualTimer.ThrowIfOutOfRange(during);
    }

    private static void ThrowIfPending(bool isCompleted, string? taskExpression)
    {
        if (isCompleted) return;
        var site = new AssertionSite(timeProvider: null, taskExpression, "The task");
        throw site.Failure($"{site.Subject} should have completed synchronously, but is pending.");
    }

    // Awaiting what has completed does not wait.
    private static T ResultOf<T>(ValueTask<T> completed)
    {
        ExceptionDispatchInfo? thrown = null;
        T? value = default;
        _ = ReadAsync();
        thrown?.Throw();
        return value!;

        async Task ReadAsync()
        {
            try
            {
                value = await completed.ConfigureAwait(false);
            }
            catch (Exception e)
            {
                thrown = ExceptionDispatchInfo.Capture(e);
            }
        }
    }
}
