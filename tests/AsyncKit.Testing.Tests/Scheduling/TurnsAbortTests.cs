using System.Runtime.CompilerServices;

namespace AsyncKit.Testing.Tests.Scheduling;

/// <summary>What becomes of blocking waits when a test fails: an exception ends them only where a task takes it. On any
/// other thread it would end the process.</summary>
public class TurnsAbortTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task InATask_TheWaitEndsWithAnException()
    {
        Exception? thrown = await EndOfWaitAsync(
            static wait => { _ = Task.Run(wait); }, static open => open.Event.Wait());

        Assert.Equal(AsyncTestFailure.BlockingCall, Assert.IsType<AsyncTestException>(thrown).Failure);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OnAThreadOfTheCodesOwn_TheWaitGoesOn(bool waitsForATask)
    {
        Exception? thrown = await EndOfWaitAsync(
            static wait => new Thread(() => wait()) { IsBackground = true }.Start(), WaitFor(waitsForATask));

        Assert.Null(thrown);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task InARawWorkItem_TheWaitGoesOn(bool waitsForATask)
    {
        Exception? thrown = await EndOfWaitAsync(
            static wait => ThreadPool.QueueUserWorkItem(_ => wait()), WaitFor(waitsForATask));

        Assert.Null(thrown);
    }

    // The caller of the method is not waiting for its task, but for a wait inside of it.
    [Fact]
    public async Task InAnAsyncMethodThatAThreadOfTheCodesOwnCalls_TheWaitGoesOn()
    {
        Exception? thrown = await EndOfWaitAsync(
            static wait => new Thread(() => wait()) { IsBackground = true }.Start(),
            static open => WaitForTask(WaitAsync(open.Event)));

        Assert.Null(thrown);

        static async Task WaitAsync(ManualResetEventSlim open)
        {
            open.Wait();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task InAnAsyncVoidMethodOfATask_TheWaitEndsWithAnException_AndNotTheProcess()
    {
        Exception? thrown = await EndOfWaitAsync(
            static wait => { _ = Task.Run(() => RunAsAsyncVoid(wait)); }, static open => open.Event.Wait());

        Assert.Equal(AsyncTestFailure.BlockingCall, Assert.IsType<AsyncTestException>(thrown).Failure);
    }

    [Fact]
    public async Task AThreadLeftBehindByATestThatPasses_IsALeak_AndGoesOn()
    {
        using var open = new ManualResetEventSlim();
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);

        var thrown = await Assert.ThrowsAsync<AsyncTestException>(() => AsyncTest.RunAsync(async env =>
        {
            await env.ExternalAsync(() => StartAsync(wait => new Thread(() => wait()) { IsBackground = true }.Start(),
                () => open.Wait(), ended));
        }));
        open.Set();

        Assert.Equal(AsyncTestFailure.Leak, thrown.Failure);
        Assert.Null(await ended.Task.WaitAsync(_limit));
    }

    // What the compiler makes of an async void method. What it throws is posted to the run, which has ended.
    private static void RunAsAsyncVoid(Func<Exception?> wait)
    {
        var method = AsyncVoidMethodBuilder.Create();
        if (wait() is { } thrown) method.SetException(thrown);
        else method.SetResult();
    }

    private static Action<Opening> WaitFor(bool aTask) => aTask
        ? static open => WaitForTask(open.Task)
        : static open => open.Event.Wait();

    // As code does that cannot await.
    private static void WaitForTask(Task task)
    {
        Action wait = task.Wait;
        wait();
    }

    /// <summary>A test that fails while work of it blocks.</summary>
    /// <returns>What the wait has ended with.</returns>
    private static async Task<Exception?> EndOfWaitAsync(
        Action<Func<Exception?>> start, Action<Opening> wait)
    {
        using var open = new Opening();
        var ended = new TaskCompletionSource<Exception?>(TaskCreationOptions.RunContinuationsAsynchronously);

        await Assert.ThrowsAsync<FormatException>(() => AsyncTest.RunAsync(async env =>
        {
            await env.ExternalAsync(() => StartAsync(start, () => wait(open), ended));
            await env.IdleAsync();
            throw new FormatException();
        }));
        open.Open();

        return await ended.Task.WaitAsync(_limit);
    }

    /// <returns>A task that completes when the wait is about to begin.</returns>
    private static Task StartAsync(
        Action<Func<Exception?>> start, Action wait, TaskCompletionSource<Exception?> ended)
    {
        var isThere = new TaskCompletionSource();
        start(() =>
        {
            isThere.SetResult();
            Exception? thrown = Record.Exception(wait);
            ended.SetResult(thrown);
            return thrown;
        });
        return isThere.Task;
    }

    /// <summary>What the work waits for: an event, or a task.</summary>
    private sealed class Opening : IDisposable
    {
        private readonly TaskCompletionSource _task = new();

        public ManualResetEventSlim Event { get; } = new();

        public Task Task => _task.Task;

        public void Open()
        {
            Event.Set();
            _task.SetResult();
        }

        public void Dispose() => Event.Dispose();
    }
}
