using System.Collections.Concurrent;
using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Diagnostics;

/// <summary>
/// Records the events about one object, as lines; the rest of the process is none of its business.
/// </summary>
internal class RecordingListener(object source) : AsyncDiagnosticsListener
{
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly ConcurrentQueue<Exception> _faults = [];

    public IEnumerable<string> Lines => _lines;

    public IEnumerable<Exception> Faults => _faults;

    protected override async ValueTask OnSchedulingPointAsync(object source, string operation)
    {
        if (IsMeant(source)) await PassAsync($"about to {operation}");
    }

    protected override void OnSchedulingPoint(object source, string operation) => Hear(source, $"about to {operation}");

    protected override object? OnExternalWorkBegun(object source)
    {
        Hear(source, "work begun");
        return this;
    }

    protected override void OnExternalWorkEnded(object source, object? state) =>
        Hear(source, $"work ended{(state == this ? "" : ", of another listener")}");

    protected override void OnWaiting(object resource, object waiter) => Hear(resource, $"{waiter} waits");

    protected override void OnWaitEnded(object resource, object waiter) => Hear(resource, $"{waiter} waits no more");

    protected override void OnHeld(object resource, object holder) => Hear(resource, $"{holder} holds");

    protected override void OnReleased(object resource, object holder) => Hear(resource, $"{holder} gives back");

    protected override void OnTaskBegun(object task, object? parent) =>
        Hear(task, $"a task begins{(parent is null ? "" : $" in {parent}")}");

    protected override void OnTaskEnded(object task) => Hear(task, "a task ends");

    protected override void OnFault(Exception fault) => _faults.Enqueue(fault);

    /// <summary>What an asynchronous scheduling point waits for.</summary>
    protected virtual ValueTask PassAsync(string line)
    {
        Record(line);
        return default;
    }

    /// <summary>What a synchronous event does.</summary>
    protected virtual void Record(string line) => _lines.Enqueue(line);

    private void Hear(object about, string line)
    {
        if (IsMeant(about)) Record(line);
    }

    private bool IsMeant(object about) => ReferenceEquals(about, source);
}
