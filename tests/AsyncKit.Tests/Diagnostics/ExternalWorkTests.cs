using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Diagnostics;

public class ExternalWorkTests
{
    private readonly object _source = new();

    [Fact]
    public async Task End_OnAnotherThread_GivesEachListenerWhatItReturnedAtTheBeginning()
    {
        var one = new RecordingListener(_source);
        var other = new RecordingListener(_source);
        using IDisposable first = Subscribe(one);
        using IDisposable second = Subscribe(other);

        ExternalWork work = ExternalWork.Begin(_source);
        Assert.Equal(["work begun"], one.Lines);
        await Task.Run(work.End, TestContext.Current.CancellationToken);

        Assert.Equal(["work begun", "work ended"], one.Lines);
        Assert.Equal(["work begun", "work ended"], other.Lines);
    }

    [Fact]
    public void End_Twice_OrOfACopy_IsReportedOnce()
    {
        var listener = new RecordingListener(_source);
        using IDisposable subscription = Subscribe(listener);

        ExternalWork work = ExternalWork.Begin(_source);
        ExternalWork copy = work;
        work.End();
        work.End();
        copy.End();

        Assert.Equal(["work begun", "work ended"], listener.Lines);
    }

    [Fact]
    public void Default_IsNoWork()
    {
        var listener = new RecordingListener(_source);
        using IDisposable subscription = Subscribe(listener);

        default(ExternalWork).End();

        Assert.Empty(listener.Lines);
    }

    [Fact]
    public void End_IsHeardByThoseWhoHeardTheBeginning_AlsoAfterTheirSubscription()
    {
        var early = new RecordingListener(_source);
        var late = new RecordingListener(_source);
        IDisposable subscription = Subscribe(early);

        ExternalWork work = ExternalWork.Begin(_source);
        subscription.Dispose();
        using IDisposable second = Subscribe(late);
        work.End();

        Assert.Equal(["work begun", "work ended"], early.Lines);
        Assert.Empty(late.Lines);
    }

    [Fact]
    public void ABeginningThatThrows_GoesToOnFault_AndHasNoEnd()
    {
        var throwing = new ThrowingListener(_source);
        var behind = new RecordingListener(_source);
        using IDisposable first = Subscribe(throwing);
        using IDisposable second = Subscribe(behind);

        ExternalWork.Begin(_source).End();

        Assert.Equal(["work begun"], throwing.Faults.Select(fault => fault.Message));
        Assert.Equal(["work begun", "work ended"], behind.Lines);
    }

    private static IDisposable Subscribe(RecordingListener listener) =>
        AsyncDiagnostics.Subscribe(DiagnosticEvents.ExternalWork, listener);
}
