using System.Runtime.CompilerServices;
using AsyncKit.Errors;
using AsyncKit.Timing;

namespace AsyncKit.Concurrency;

/// <summary>Waits for several tasks in the ways that <see cref="Task"/> itself does not.</summary>
/// <remarks>
/// The tasks are started already, by somebody else: they are awaited here, and neither run nor limited. What leaves
/// early leaves nothing attached to them. Thread-safe.
/// </remarks>
public static class TaskCombinators
{
    /// <summary>Waits for all tasks, and cancels them when one of them fails.</summary>
    /// <param name="tasks">The tasks, which listen to a token of <paramref name="source"/>.</param>
    /// <param name="source">Cancelled at once when a task faults, or is cancelled without that the source was.</param>
    /// <returns>
    /// A task that completes when all have ended: faulted with each fault once, in the order they happened; cancelled
    /// with the token of the source when that was cancelled by somebody else and cut one of them.
    /// </returns>
    /// <exception cref="ArgumentNullException">An argument is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">One of the tasks is <see langword="null"/>.</exception>
    public static Task WhenAllOrCancelAsync(IEnumerable<Task> tasks, CancellationTokenSource source)
    {
        Task[] all = ArrayOf(tasks);
        ArgumentNullException.ThrowIfNull(source);
        return AllOrCancel<bool>.WaitAsync(all, source, static () => true);
    }

    /// <summary>Waits for all tasks, gives their values, and cancels them when one of them fails.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <returns>The values, in the order of the tasks.</returns>
    /// <inheritdoc cref="WhenAllOrCancelAsync(IEnumerable{Task}, CancellationTokenSource)"/>
    public static Task<T[]> WhenAllOrCancelAsync<T>(IEnumerable<Task<T>> tasks, CancellationTokenSource source)
    {
        Task<T>[] all = ArrayOf(tasks);
        ArgumentNullException.ThrowIfNull(source);
        return AllOrCancel<T[]>.WaitAsync(all, source, () => ValuesOf(all));
    }

    /// <summary>Waits for all tasks, and gives how each of them ended. Awaiting it does not throw.</summary>
    /// <param name="tasks">The tasks. Their faults count as observed then.</param>
    /// <returns>The outcomes, in the order of the tasks.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tasks"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">One of the tasks is <see langword="null"/>.</exception>
    public static Task<Settled[]> WhenAllSettledAsync(IEnumerable<Task> tasks)
    {
        return CoreAsync(ArrayOf(tasks));

        static async Task<Settled[]> CoreAsync(Task[] tasks)
        {
            await EndOfAsync(tasks).ConfigureAwait(false);
            return Array.ConvertAll(tasks, Settled.FromTask);
        }
    }

    /// <inheritdoc cref="WhenAllSettledAsync(IEnumerable{Task})"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static Task<Settled<T>[]> WhenAllSettledAsync<T>(IEnumerable<Task<T>> tasks)
    {
        return CoreAsync(ArrayOf(tasks));

        static async Task<Settled<T>[]> CoreAsync(Task<T>[] tasks)
        {
            await EndOfAsync(tasks).ConfigureAwait(false);
            return Array.ConvertAll(tasks, Settled.FromTask);
        }
    }

    /// <summary>Waits for two tasks with values of different types.</summary>
    /// <typeparam name="T1">The type of the first value.</typeparam>
    /// <typeparam name="T2">The type of the second value.</typeparam>
    /// <param name="first">The first task.</param>
    /// <param name="second">The second task.</param>
    /// <returns>
    /// Both values, when both have ended; with the faults of <see cref="Task.WhenAll(IEnumerable{Task})"/>: each, in
    /// the order of the tasks.
    /// </returns>
    /// <exception cref="ArgumentNullException">A task is <see langword="null"/>.</exception>
    public static Task<(T1 First, T2 Second)> WhenAll<T1, T2>(Task<T1> first, Task<T2> second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        return CombineAsync([first, second], () => (first.Result, second.Result));
    }

    /// <summary>Waits for three tasks with values of different types.</summary>
    /// <typeparam name="T1">The type of the first value.</typeparam>
    /// <typeparam name="T2">The type of the second value.</typeparam>
    /// <typeparam name="T3">The type of the third value.</typeparam>
    /// <param name="first">The first task.</param>
    /// <param name="second">The second task.</param>
    /// <param name="third">The third task.</param>
    /// <returns>
    /// All values, when all have ended; with the faults of <see cref="Task.WhenAll(IEnumerable{Task})"/>: each, in the
    /// order of the tasks.
    /// </returns>
    /// <exception cref="ArgumentNullException">A task is <see langword="null"/>.</exception>
    public static Task<(T1 First, T2 Second, T3 Third)> WhenAll<T1, T2, T3>(
        Task<T1> first, Task<T2> second, Task<T3> third)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(third);
        return CombineAsync([first, second, third], () => (first.Result, second.Result, third.Result));
    }

    /// <summary>Waits for four tasks with values of different types.</summary>
    /// <typeparam name="T1">The type of the first value.</typeparam>
    /// <typeparam name="T2">The type of the second value.</typeparam>
    /// <typeparam name="T3">The type of the third value.</typeparam>
    /// <typeparam name="T4">The type of the fourth value.</typeparam>
    /// <param name="first">The first task.</param>
    /// <param name="second">The second task.</param>
    /// <param name="third">The third task.</param>
    /// <param name="fourth">The fourth task.</param>
    /// <returns>
    /// All values, when all have ended; with the faults of <see cref="Task.WhenAll(IEnumerable{Task})"/>: each, in the
    /// order of the tasks.
    /// </returns>
    /// <exception cref="ArgumentNullException">A task is <see langword="null"/>.</exception>
    public static Task<(T1 First, T2 Second, T3 Third, T4 Fourth)> WhenAll<T1, T2, T3, T4>(
        Task<T1> first, Task<T2> second, Task<T3> third, Task<T4> fourth)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        ArgumentNullException.ThrowIfNull(third);
        ArgumentNullException.ThrowIfNull(fourth);
        return CombineAsync(
            [first, second, third, fourth], () => (first.Result, second.Result, third.Result, fourth.Result));
    }

    /// <summary>Waits for all tasks, or until a token is cancelled.</summary>
    /// <param name="tasks">The tasks. A cancellation leaves them alone, and leaves nothing attached to them.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>
    /// A task that ends as <see cref="Task.WhenAll(IEnumerable{Task})"/>; cancelled when the token was cancelled before
    /// all had ended.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tasks"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">One of the tasks is <see langword="null"/>.</exception>
    public static Task WhenAll(IEnumerable<Task> tasks, CancellationToken cancellationToken) =>
        CombineAsync(ArrayOf(tasks), static () => true, cancellationToken);

    /// <summary>Waits for all tasks and gives their values, or until a token is cancelled.</summary>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <returns>
    /// The values, in the order of the tasks; cancelled when the token was cancelled before all had ended.
    /// </returns>
    /// <inheritdoc cref="WhenAll(IEnumerable{Task}, CancellationToken)"/>
    public static Task<T[]> WhenAll<T>(IEnumerable<Task<T>> tasks, CancellationToken cancellationToken)
    {
        Task<T>[] all = ArrayOf(tasks);
        return CombineAsync(all, () => ValuesOf(all), cancellationToken);
    }

    /// <summary>Waits for one of the tasks to end, or until a token is cancelled.</summary>
    /// <param name="tasks">The tasks, at least one. Nothing stays attached to the others: one that lasts may be waited
    /// for again and again.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The task that has ended, however it has; cancelled when the token was cancelled before.</returns>
    /// <exception cref="ArgumentNullException"><paramref name="tasks"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">There is no task, or one is <see langword="null"/>.</exception>
    public static Task<Task> WhenAny(IEnumerable<Task> tasks, CancellationToken cancellationToken) =>
        FirstOfAsync(AtLeastOne(ArrayOf(tasks)), cancellationToken);

    /// <inheritdoc cref="WhenAny(IEnumerable{Task}, CancellationToken)"/>
    /// <typeparam name="T">The type of the values.</typeparam>
    public static Task<Task<T>> WhenAny<T>(IEnumerable<Task<T>> tasks, CancellationToken cancellationToken) =>
        FirstOfAsync(AtLeastOne(ArrayOf(tasks)), cancellationToken);

    /// <summary>Gives tasks in the order in which they end, under a time limit for all of them.</summary>
    /// <remarks>The enumeration detaches from the tasks when it ends, by a <c>break</c> too.</remarks>
    /// <typeparam name="T">The type of the values.</typeparam>
    /// <param name="tasks">The tasks. They are left alone when the limit passes.</param>
    /// <param name="deadline">The limit: a time from the call, or a deadline.</param>
    /// <param name="cancellationToken">Ends the enumeration; as well as that of <c>WithCancellation</c>.</param>
    /// <returns>
    /// Tasks that have ended, however they have. It throws a <see cref="TimeoutException"/> when the deadline passes
    /// before all have.
    /// </returns>
    /// <exception cref="ArgumentNullException"><paramref name="tasks"/> is <see langword="null"/>.</exception>
    /// <exception cref="ArgumentException">One of the tasks is <see langword="null"/>.</exception>
    public static IAsyncEnumerable<Task<T>> AsCompletedAsync<T>(
        IEnumerable<Task<T>> tasks, Deadline deadline, CancellationToken cancellationToken = default) =>
        InOrderOfEndAsync(ArrayOf(tasks), deadline, cancellationToken);

    private static async IAsyncEnumerable<Task<T>> InOrderOfEndAsync<T>(
        Task<T>[] tasks, Deadline deadline, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var limit = new TimeLimit(deadline, cancellationToken);
        await using (limit.ConfigureAwait(false))
        {
            try
            {
                int left = tasks.Length;
                await foreach (Task<Task<T>> end in Task.WhenEach(EndsOf(tasks, limit.Token)).ConfigureAwait(false))
                {
                    Task<T> task = await end.ConfigureAwait(false);
                    if (!task.IsCompleted)
                    {
                        cancellationToken.ThrowIfCancellationRequested();
                        throw new TimeoutException(
                            $"The limit of {deadline.Timeout} has passed, and {left} of {tasks.Length} tasks had not "
                            + "ended.");
                    }

                    left--;
                    yield return task;
                }
            }
            finally
            {
                await limit.CancelAsync().ConfigureAwait(false);
            }
        }
    }

    private static async Task<TTask> FirstOfAsync<TTask>(TTask[] tasks, CancellationToken cancellationToken)
        where TTask : Task
    {
        cancellationToken.ThrowIfCancellationRequested();
        TTask first;
        var limit = new TimeLimit(Deadline.Never, cancellationToken);
        await using (limit.ConfigureAwait(false))
        {
            Task<TTask> end = await Task.WhenAny(EndsOf(tasks, limit.Token)).ConfigureAwait(false);
            await limit.CancelAsync().ConfigureAwait(false);
            first = await end.ConfigureAwait(false);
        }

        return first.IsCompleted ? first : throw new OperationCanceledException(cancellationToken);
    }

    private static Task<TTask>[] EndsOf<TTask>(TTask[] tasks, CancellationToken detach)
        where TTask : Task => Array.ConvertAll(tasks, task => EndOfAsync(task, detach));

    // Waiting by way of WaitAsync is what detaches from a task again. It never fails: the task says itself how it
    // ended.
    private static async Task<TTask> EndOfAsync<TTask>(TTask task, CancellationToken detach)
        where TTask : Task
    {
        await ((Task)task).WaitAsync(detach).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task;
    }

    private static async Task EndOfAsync(Task[] tasks)
    {
        foreach (Task task in tasks) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static Task<TResult> CombineAsync<TResult>(
        Task[] tasks, Func<TResult> result, CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return Task.FromCanceled<TResult>(cancellationToken);
        var completion = new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = CompleteAsync();
        return completion.Task;

        async Task CompleteAsync()
        {
            foreach (Task task in tasks) await EndOfAsync(task, cancellationToken).ConfigureAwait(false);
            if (!Array.TrueForAll(tasks, static task => task.IsCompleted)) completion.SetCanceled(cancellationToken);
            else EndAs(tasks, completion, result);
        }
    }

    private static void EndAs<TResult>(Task[] tasks, TaskCompletionSource<TResult> completion, Func<TResult> result)
    {
        Exception[] faults = [.. tasks.SelectMany(static task => task.Exception?.InnerExceptions ?? [])];
        if (faults is not []) completion.SetException(faults);
        else if (Array.Find(tasks, static task => task.IsCanceled) is { } cancelled)
            Cancellation.Cancel(completion, (OperationCanceledException)Settled.FromTask(cancelled).Exception!);
        else completion.SetResult(result());
    }

    private static T[] ValuesOf<T>(Task<T>[] tasks) => Array.ConvertAll(tasks, static task => task.Result);

    private static TTask[] ArrayOf<TTask>(IEnumerable<TTask> tasks)
        where TTask : Task
    {
        ArgumentNullException.ThrowIfNull(tasks);
        TTask[] array = [.. tasks];
        if (Array.IndexOf(array, null) is >= 0 and var index)
            throw new ArgumentException($"tasks must not be null, but number {index} was.", nameof(tasks));
        return array;
    }

    private static TTask[] AtLeastOne<TTask>(TTask[] tasks) =>
        tasks is [] ? throw new ArgumentException("tasks must have at least one task.", nameof(tasks)) : tasks;
}
