using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>The signal is a token: who has taken it sets the event when it is done.</summary>
internal sealed class AsyncAutoResetEventWaitable(TimeProvider? clock) : SignalWaitable
{
    private readonly AsyncAutoResetEvent _event = new(isSet: true, "law", clock);

    public override object Primitive => _event;

    public override Traits Traits => base.Traits | Traits.OneAtATime;

    public override int WaiterCount => _event.WaiterCount;

    public override bool IsTaken => !_event.IsSet;

    public override void Occupy() => Assert.True(_event.TryWait(TimeSpan.Zero));

    public override void LetGo() => _event.Set();

    public override void EndUse(Grant grant) => _event.Set();

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
