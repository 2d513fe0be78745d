using System.Globalization;
using System.Runtime.ExceptionServices;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

// What replaces the helpers of Nito.AsyncEx.Tasks with the framework's own members.
public class MigratingFromAsyncExTasksSnippets
{
    [Fact]
    public async Task WaitsForTasks_AreMembersOfTask()
    {
        using var impatience = new CancellationTokenSource();
        CancellationToken cancellationToken = impatience.Token;
        var slow = new TaskCompletionSource<int>();
        var fast = new TaskCompletionSource<int>();
        Task<int>[] answers = [slow.Task, fast.Task];
        fast.SetResult(7);

        #region migrate-task-extensions
        Task<int> first = await Task.WhenAny(answers).WaitAsync(cancellationToken);
        Task<int[]> all = Task.WhenAll(answers).WaitAsync(cancellationToken);
        #endregion

        Assert.Equal(7, await first);
        await impatience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        Assert.False(slow.Task.IsCompleted);
    }

    [Fact]
    public async Task TasksByCompletion_AreASequence()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var slow = new TaskCompletionSource<string>();
        var fast = new TaskCompletionSource<string>();
        Task<string>[] downloads = [slow.Task, fast.Task];
        List<string> arrived = [];
        fast.SetResult("fast");

        async Task PrintAsync()
        {
            #region migrate-order-by-completion
            await foreach (Task<string> done in Task.WhenEach(downloads).WithCancellation(cancellationToken))
                arrived.Add(await done);
            #endregion
        }

        Task printing = PrintAsync();
        await AsyncAssert.EventuallyAsync(() => arrived.Count is 1);
        slow.SetResult("slow");
        await printing;
        Assert.Equal(["fast", "slow"], arrived);
    }

    [Fact]
    public async Task AnIgnoredTask_IsKeptAndWatched()
    {
        List<string> log = [];
        var upload = new TaskCompletionSource();

        #region migrate-ignore
        async Task LogFaultAsync(Task work)
        {
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (work.IsFaulted) log.Add(work.Exception.InnerException!.Message);
        }

        Task uploading = LogFaultAsync(upload.Task); // kept, and awaited when the program ends
        #endregion

        upload.SetException(new IOException("the line is down"));
        await uploading;
        Assert.Equal(["the line is down"], log);
    }

    [Fact]
    public async Task ConstantTasks_AreMadeByTheFramework()
    {
        #region migrate-task-constants
        Task completed = Task.CompletedTask;                                      // TaskConstants.Completed
        Task canceled = Task.FromCanceled(new CancellationToken(canceled: true)); // TaskConstants.Canceled
        Task<bool> yes = Task.FromResult(true);                                   // TaskConstants.BooleanTrue
        Task<int> minusOne = Task.FromResult(-1);                                 // TaskConstants.Int32NegativeOne
        Task<string?> nothing = Task.FromResult<string?>(null);                   // TaskConstants<string>.Default
        #endregion

        await completed;
        Assert.True(canceled.IsCanceled);
        Assert.True(await yes);
        Assert.Equal(-1, await minusOne);
        Assert.Null(await nothing);
        Assert.Same(yes, Task.FromResult(true));
        Assert.Same(minusOne, Task.FromResult(-1));
    }

    [Fact]
    public async Task ACompletionSource_TakesOverATask()
    {
        Task<int> answer = Task.FromResult(42);

        #region migrate-task-completion-source
        // CreateAsyncTaskSource, and TryCompleteFromCompletedTask
        var source = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool isFirst = source.TrySetFromTask(answer);
        #endregion

        Assert.True(isFirst);
        Assert.Equal(42, await source.Task);

        var second = new TaskCompletionSource<int>();
        Assert.True(second.TrySetFromTask(Task.FromException<int>(new IOException("lost"))));
        await Assert.ThrowsAsync<IOException>(() => second.Task);
    }

    [Fact]
    public async Task ACompletionSource_TakesOverTheEndOfATaskWithoutAResult()
    {
        static TaskCompletionSource<string> From(Task saving)
        {
            var source = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

            #region migrate-task-completion-source-result
            bool isFirst = saving.Status switch
            {
                TaskStatus.RanToCompletion => source.TrySetResult("saved"),
                TaskStatus.Faulted => source.TrySetException(saving.Exception!.InnerExceptions),
                _ => source.TrySetCanceled(),
            };
            #endregion

            Assert.True(isFirst);
            return source;
        }

        Assert.Equal("saved", await From(Task.CompletedTask).Task);
        await Assert.ThrowsAsync<IOException>(() => From(Task.FromException(new IOException("lost"))).Task);
        Assert.True(From(Task.FromCanceled(new CancellationToken(canceled: true))).Task.IsCanceled);
    }

    [Fact]
    public async Task AToken_IsATaskByRegistration()
    {
        using var source = new CancellationTokenSource();
        CancellationToken cancellationToken = source.Token;

        #region migrate-token-task
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using CancellationTokenRegistration registration =
            cancellationToken.UnsafeRegister(_ => cancelled.TrySetCanceled(cancellationToken), null);
        #endregion

        Assert.False(cancelled.Task.IsCompleted);
        await source.CancelAsync();
        OperationCanceledException thrown =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled.Task);
        Assert.Equal(cancellationToken, thrown.CancellationToken);
    }

    [Fact]
    public async Task AFactory_StartsAsynchronousWork()
    {
        var factory = new TaskFactory(new ConcurrentExclusiveSchedulerPair().ExclusiveScheduler);

        async Task<int> CountAsync()
        {
            await Task.Yield();
            return 3;
        }

        #region migrate-task-factory
        Task<int> counting = factory.StartNew(CountAsync).Unwrap(); // factory.Run(CountAsync)
        #endregion

        Assert.Equal(3, await counting);
    }

    [Fact]
    public void SynchronousWorkAsATask_IsAnAsynchronousMethod()
    {
        #region migrate-execute-as-task
        static async Task<int> ParseAsync(string text) => int.Parse(text, CultureInfo.InvariantCulture);

        Task<int> parsing = ParseAsync("none"); // runs here and now; the task holds what it threw
        #endregion

        Assert.True(parsing.IsFaulted);
        Assert.IsType<FormatException>(parsing.Exception.InnerException);
    }

    [Fact]
    public async Task ABlockingWait_UnwrapsTheException()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        Task<int> answer = Task.FromResult(42);
        Task lost = Task.FromException(new IOException("lost"));

        #region migrate-synchronous-waits
        // WaitAndUnwrapException
        int Read() => answer.WaitAsync(cancellationToken).GetAwaiter().GetResult();

        // WaitWithoutException
        void Finish() => lost.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        #endregion

        Assert.Equal(42, await Task.Run(Read, cancellationToken));
        await Task.Run(Finish, cancellationToken);
        Assert.True(lost.IsFaulted);
    }

    [Fact]
    public async Task AnExceptionThrownAgain_KeepsItsStack()
    {
        static async Task FailAsync()
        {
            await Task.Yield();
            throw new IOException("lost");
        }

        Task failing = FailAsync();
        await Assert.ThrowsAsync<IOException>(() => failing);

        void Rethrow()
        {
            #region migrate-rethrow
            if (failing.Exception is { InnerException: { } fault }) ExceptionDispatchInfo.Throw(fault);
            #endregion
        }

        IOException thrown = Assert.Throws<IOException>(Rethrow);
        Assert.Contains(nameof(FailAsync), thrown.StackTrace, StringComparison.Ordinal);
    }
}
