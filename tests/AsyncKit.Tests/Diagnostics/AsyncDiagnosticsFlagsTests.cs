using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>What holds while nobody else in the process subscribes: these tests run alone.</summary>
[Collection(nameof(AsyncDiagnosticsFlagsTests))]
[CollectionDefinition(nameof(AsyncDiagnosticsFlagsTests), DisableParallelization = true)]
public class AsyncDiagnosticsFlagsTests
{
    private readonly object _source = new();

    [Fact]
    public void Flags_AreThoseOfAllSubscriptions_AndOffWithoutAny()
    {
        Assert.Empty(Enabled());

        IDisposable points = Subscribe(DiagnosticEvents.SchedulingPoints);
        Assert.Equal([DiagnosticEvents.SchedulingPoints], Enabled());
        IDisposable more = Subscribe(DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits);
        IDisposable work = Subscribe(DiagnosticEvents.ExternalWork);
        Assert.Equal(
            [DiagnosticEvents.SchedulingPoints, DiagnosticEvents.ExternalWork, DiagnosticEvents.Waits], Enabled());
        points.Dispose();
        work.Dispose();
        Assert.Equal([DiagnosticEvents.SchedulingPoints, DiagnosticEvents.Waits], Enabled());
        more.Dispose();

        Assert.Empty(Enabled());
    }

    [Fact]
    public void IsEnabled_OfSeveral_IsWhetherAnyIsOn()
    {
        using IDisposable waits = Subscribe(DiagnosticEvents.Waits);

        Assert.True(AsyncDiagnostics.IsEnabled(DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits));
        Assert.False(AsyncDiagnostics.IsEnabled(DiagnosticEvents.SchedulingPoints | DiagnosticEvents.ExternalWork));
        Assert.False(AsyncDiagnostics.IsEnabled(DiagnosticEvents.None));
    }

    [Fact]
    public async Task SchedulingPointAsync_OfOneListener_IsTheListenersOwnTask()
    {
        using IDisposable waits = Subscribe(DiagnosticEvents.Waits);
        Task own = Task.FromResult("my own");
        using IDisposable points = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints, new TaskListener(() => own));

        Task point = AsyncDiagnostics.SchedulingPointAsync(_source, "enter").AsTask();

        Assert.Same(own, point);
        await point;
    }

    [Fact]
    public async Task SchedulingPointAsync_OfOneListenerThatThrows_IsAFaultedTask()
    {
        using IDisposable points = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints, new TaskListener(() => throw new InvalidOperationException("no")));

        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(_source, "enter");

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await point);
    }

    [Fact]
    public async Task WhileEventsAreRaised_OthersMaySubscribeAndEnd_AndWhoStaysMissesNothing()
    {
        const int Times = 5_000;
        var stays = new RecordingListener(_source);
        using (AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, stays))
        {
            Action[] work = [Raise, ComeAndGo, Raise, ComeAndGo];
            using var start = new Barrier(work.Length);
            await Task.WhenAll(work.Select(each => OnItsOwnThreadAsync(() =>
            {
                start.SignalAndWait(TestContext.Current.CancellationToken);
                each();
            })));
        }

        Assert.Equal(2 * Times, stays.Lines.Count());
        Assert.Empty(Enabled());

        static Task OnItsOwnThreadAsync(Action action) => Task.Factory.StartNew(
            action, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        void Raise()
        {
            for (var i = 0; i < Times; i++) AsyncDiagnostics.SchedulingPoint(_source, "go");
        }

        void ComeAndGo()
        {
            for (var i = 0; i < Times; i++) Subscribe(DiagnosticEvents.Waits).Dispose();
        }
    }

    [Fact]
    public void Nothing_IsAllocated_WhenNobodyListens()
    {
        RaiseAll();
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) RaiseAll();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    private static IEnumerable<DiagnosticEvents> Enabled() =>
        Enum.GetValues<DiagnosticEvents>().Where(AsyncDiagnostics.IsEnabled);

    private IDisposable Subscribe(DiagnosticEvents events) =>
        AsyncDiagnostics.Subscribe(events, new RecordingListener(_source));

    private void RaiseAll()
    {
        Assert.True(AsyncDiagnostics.SchedulingPointAsync(_source, "enter").IsCompletedSuccessfully);
        AsyncDiagnostics.SchedulingPoint(_source, "open");
        ExternalWork.Begin(_source).End();
        AsyncDiagnostics.Waiting(_source, this);
        AsyncDiagnostics.WaitEnded(_source, this);
        AsyncDiagnostics.Held(_source, this);
        AsyncDiagnostics.Released(_source, this);
        AsyncDiagnostics.TaskBegun(_source, this);
        AsyncDiagnostics.TaskEnded(_source);
    }

    private sealed class TaskListener(Func<Task> pass) : AsyncDiagnosticsListener
    {
        protected override ValueTask OnSchedulingPointAsync(object source, string operation) => new(pass());

        protected override void OnFault(Exception fault) => Assert.Fail(fault.Message);
    }
}
