using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal sealed class AsyncManualResetEventWaitable(TimeProvider? clock) : SignalWaitable
{
    private readonly AsyncManualResetEvent _event = new(isSet: true, "law", clock);

    public override object Primitive => _event;

    public override int WaiterCount => _event.WaiterCount;

    public override bool IsTaken => !_event.IsSet;

    public override void Occupy() => _event.Reset();

    public override void LetGo() => _event.Set();

    protected override ValueTask PassAsync(CancellationToken cancellationToken) => _event.WaitAsync(cancellationToken);

    protected override ValueTask PassAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _event.WaitAsync(timeout, cancellationToken);

    protected override ValueTask<bool> TryPassAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _event.TryWaitAsync(timeout, cancellationToken);

    protected override bool Pass(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Trying) return _event.TryWait(timeout, cancellationToken);
        if (form is Form.Plain) _event.Wait(cancellationToken);
        else _event.Wait(timeout, cancellationToken);
        return true;
    }
}
