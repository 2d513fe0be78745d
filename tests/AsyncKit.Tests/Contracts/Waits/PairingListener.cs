using AsyncKit.Diagnostics;

namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>Notes the waits and holds that are reported of one primitive, and those that are open.</summary>
internal sealed class PairingListener(Waitable waitable) : AsyncDiagnosticsListener
{
    private readonly Lock _sync = new();
    private readonly HashSet<object> _waiting = [];
    private readonly HashSet<object> _held = [];
    private readonly List<string> _wrong = [];

    public int Waits { get; private set; }

    public int Holds { get; private set; }

    public int Points { get; private set; }

    public int Waiting => Locked(() => _waiting.Count);

    public int Held => Locked(() => _held.Count);

    /// <summary>What was reported that cannot be.</summary>
    public IReadOnlyList<string> Wrong => Locked(() => (string[])[.. _wrong]);

    /// <summary>What asynchronous operations wait for before they do anything.</summary>
    public TaskCompletionSource? Gate { get; set; }

    protected override ValueTask OnSchedulingPointAsync(object source, string operation)
    {
        if (!IsMeant(source)) return default;
        Locked(() => Points++);
        return Gate is { } gate ? new ValueTask(gate.Task) : default;
    }

    protected override void OnSchedulingPoint(object source, string operation)
    {
        if (IsMeant(source)) Locked(() => Points++);
    }

    protected override void OnWaiting(object resource, object waiter)
    {
        if (!IsMeant(resource)) return;
        Note(_waiting.Add, waiter, "waits already");
        Waits++;
    }

    protected override void OnWaitEnded(object resource, object waiter)
    {
        if (IsMeant(resource)) Note(_waiting.Remove, waiter, "has not waited");
    }

    protected override void OnHeld(object resource, object holder)
    {
        if (!IsMeant(resource)) return;
        Note(_held.Add, holder, "holds it already");
        Holds++;
    }

    protected override void OnReleased(object resource, object holder)
    {
        if (IsMeant(resource)) Note(_held.Remove, holder, "has not held it");
    }

    protected override void OnFault(Exception fault) => Locked(() => _wrong.Add(fault.ToString()));

    // A primitive of many resources, such as a lock by key, reports each by a name that begins with its own.
    private bool IsMeant(object source) =>
        source == waitable.Primitive
        || source.ToString()!.StartsWith($"{waitable.Primitive}, ", StringComparison.Ordinal);

    private void Note(Func<object, bool> change, object who, string wrong)
    {
        lock (_sync)
        {
            if (!change(who)) _wrong.Add($"{who} {wrong}");
        }
    }

    private void Locked(Action work)
    {
        lock (_sync) work();
    }

    private T Locked<T>(Func<T> work)
    {
        lock (_sync) return work();
    }
}
