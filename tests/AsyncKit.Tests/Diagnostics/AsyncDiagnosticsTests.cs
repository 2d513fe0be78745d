using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Diagnostics;

public class AsyncDiagnosticsTests
{
    private static readonly string[] _eachReport =
    [
        "about to open", "a waiter waits", "a waiter waits no more", "a holder holds", "a holder gives back",
    ];

    // Tests run at a time and listen process-wide: each hears of its own object alone.
    private readonly object _source = new();

    [Theory]
    [InlineData(DiagnosticEvents.None)]
    [InlineData((DiagnosticEvents)16)]
    [InlineData((DiagnosticEvents)17)]
    public void Subscribe_ToNothing_OrToTheUnknown_IsRefused(DiagnosticEvents events)
    {
        ArgumentOutOfRangeException refused = Assert.Throws<ArgumentOutOfRangeException>(
            nameof(events), () => AsyncDiagnostics.Subscribe(events, new RecordingListener(_source)));

        Assert.Equal(events, refused.ActualValue);
    }

    [Fact]
    public async Task AListener_HearsTheEventsItAskedFor_AndNoOthers()
    {
        var points = new RecordingListener(_source);
        var waits = new RecordingListener(_source);
        var both = new RecordingListener(_source);
        using IDisposable first = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, points);
        using IDisposable second = AsyncDiagnostics.Subscribe(DiagnosticEvents.Waits, waits);
        using IDisposable third = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits, both);

        await AsyncDiagnostics.SchedulingPointAsync(_source, "enter");
        RaiseEach();

        Assert.Equal(["about to enter", "about to open"], points.Lines);
        Assert.Equal(_eachReport[1..], waits.Lines);
        Assert.Equal(_eachReport.Prepend("about to enter"), both.Lines);
    }

    [Fact]
    public void ASubscriptionThatHasEnded_HearsNothing_AndEndingItAgainEndsNoOther()
    {
        var listener = new RecordingListener(_source);
        IDisposable ended = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);
        using IDisposable kept = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, listener);

        AsyncDiagnostics.SchedulingPoint(_source, "go");
        ended.Dispose();
        ended.Dispose();
        AsyncDiagnostics.SchedulingPoint(_source, "stop");

        Assert.Equal(["about to go", "about to go", "about to stop"], listener.Lines);
    }

    [Fact]
    public void Events_ReachTheListenerOnTheThreadAndWithTheAsyncLocalsOfTheOperation()
    {
        var ambient = new AsyncLocal<string> { Value = "operation" };
        var seen = new List<(int Thread, string? Local)>();
        using IDisposable subscription = AsyncDiagnostics.Subscribe(
            DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits,
            new CallingListener(_source, () => seen.Add((Environment.CurrentManagedThreadId, ambient.Value))));

        RaiseEach();

        Assert.Equal(Enumerable.Repeat((Environment.CurrentManagedThreadId, (string?)"operation"), 5), seen);
    }

    [Fact]
    public async Task SchedulingPointAsync_AwaitsOneListenerAfterTheOther_InOrderOfSubscription()
    {
        var first = new HoldingListener(_source);
        var second = new RecordingListener(_source);
        using IDisposable one = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, first);
        using IDisposable two = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, second);

        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(_source, "enter");

        Assert.False(point.IsCompleted);
        Assert.Empty(second.Lines);
        first.LetGo();
        await point;
        Assert.Equal(["about to enter"], second.Lines);
    }

    [Fact]
    public async Task SchedulingPointAsync_CarriesWhatAListenerThrows_AndAsksNoFurther()
    {
        var throwing = new ThrowingListener(_source);
        var behind = new RecordingListener(_source);
        using IDisposable one = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, throwing);
        using IDisposable two = AsyncDiagnostics.Subscribe(DiagnosticEvents.SchedulingPoints, behind);

        ValueTask point = AsyncDiagnostics.SchedulingPointAsync(_source, "enter");

        InvalidOperationException thrown =
            await Assert.ThrowsAsync<InvalidOperationException>(async () => await point);
        Assert.Equal("about to enter", thrown.Message);
        Assert.Empty(behind.Lines);
        Assert.Empty(throwing.Faults);
    }

    [Fact]
    public void WhatAListenerThrowsAtAnotherEvent_GoesToItsOnFault_AndToNobodyElse()
    {
        var throwing = new ThrowingListener(_source);
        var behind = new RecordingListener(_source);
        const DiagnosticEvents Both = DiagnosticEvents.SchedulingPoints | DiagnosticEvents.Waits;
        using IDisposable one = AsyncDiagnostics.Subscribe(Both, throwing);
        using IDisposable two = AsyncDiagnostics.Subscribe(Both, behind);

        RaiseEach();

        Assert.Equal(_eachReport, throwing.Faults.Select(fault => fault.Message));
        Assert.Equal(_eachReport, behind.Lines);
        Assert.Empty(behind.Faults);
    }

    private void RaiseEach()
    {
        AsyncDiagnostics.SchedulingPoint(_source, "open");
        AsyncDiagnostics.Waiting(_source, "a waiter");
        AsyncDiagnostics.WaitEnded(_source, "a waiter");
        AsyncDiagnostics.Held(_source, "a holder");
        AsyncDiagnostics.Released(_source, "a holder");
    }

    private sealed class CallingListener(object source, Action call) : RecordingListener(source)
    {
        protected override void Record(string line) => call();
    }
}
