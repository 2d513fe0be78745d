using AsyncKit.Synchronization;
using AsyncKit.Tests.Contracts.Waits;

namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>Those who have arrived wait for very many others, until these are taken out.</summary>
internal sealed class AsyncBarrierWaitable(TimeProvider? clock) : Waitable
{
    private const int VeryMany = 1_000_000;

    private static readonly Func<int, Grant> _toGrant = static index => new Grant(index >= 0);

    private readonly AsyncBarrier _barrier = new(VeryMany, name: "law", timeProvider: clock);

    public override object Primitive => _barrier;

    // Each phase is an object.
    public override Traits Traits => Traits.Blocks | Traits.Counts | Traits.Pools | Traits.Allocates;

    public override int WaiterCount => _barrier.WaiterCount;

    public override bool IsTaken => _barrier.ParticipantsRemaining > 0;

    public override Pending WaitAsync(Form form, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        Pending.Of(ArriveAsync(form, timeout, cancellationToken), _toGrant);

    public override Grant Wait(Form form, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        _toGrant(form switch
        {
            Form.Plain => _barrier.SignalAndWait(cancellationToken),
            Form.Limited => _barrier.SignalAndWait(timeout, cancellationToken),
            _ => _barrier.TrySignalAndWait(timeout, cancellationToken),
        });

    public override Grant TryNow() => throw new NotSupportedException();

    public override void Occupy()
    {
    }

    public override void LetGo()
    {
        if (_barrier.ParticipantCount == _barrier.ParticipantsRemaining) return;
        _barrier.RemoveParticipants(_barrier.ParticipantsRemaining);
        _barrier.AddParticipants(VeryMany - _barrier.ParticipantCount);
    }

    public override void EndUse(Grant grant)
    {
    }

    public override void UseFree(Form form, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public override void UseTaken(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ValueTask<int> wait = ArriveAsync(form, timeout, cancellationToken);
        LetGo();
        Assert.InRange(Result.Of(wait), 0, VeryMany);
    }

    private ValueTask<int> ArriveAsync(Form form, TimeSpan timeout, CancellationToken cancellationToken) => form switch
    {
        Form.Plain => _barrier.SignalAndWaitAsync(cancellationToken),
        Form.Limited => _barrier.SignalAndWaitAsync(timeout, cancellationToken),
        _ => _barrier.TrySignalAndWaitAsync(timeout, cancellationToken),
    };
}
