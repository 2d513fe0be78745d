using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

internal sealed class AsyncCountdownEventWaitable(TimeProvider? clock) : SignalWaitable
{
    private readonly AsyncCountdownEvent _event = new(0, "law", clock);

    public override object Primitive => _event;

    public override int WaiterCount => _event.WaiterCount;

    public override bool IsTaken => !_event.IsSet;

    public override void Occupy() => _event.Reset(2);

    public override void LetGo()
    {
        Assert.False(_event.Signal());
        Assert.True(_event.Signal());
    }

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
