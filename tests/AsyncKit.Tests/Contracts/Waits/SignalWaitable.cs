namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A primitive that gives nothing to hold: one waits until something happens.</summary>
internal abstract class SignalWaitable : Waitable
{
    private static readonly Func<bool, Grant> _toGrant = static isGranted => new Grant(isGranted);

    public override Traits Traits =>
        Traits.Remembers | Traits.StartsFree | Traits.Blocks | Traits.Counts | Traits.Pools;

    public sealed override Pending WaitAsync(
        Form form, TimeSpan timeout, CancellationToken cancellationToken = default) => form switch
        {
            Form.Plain => Pending.Of(PassAsync(cancellationToken)),
            Form.Limited => Pending.Of(PassAsync(timeout, cancellationToken)),
            _ => Pending.Of(TryPassAsync(timeout, cancellationToken), _toGrant),
        };

    public sealed override Grant Wait(Form form, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        new(Pass(form, timeout, cancellationToken));

    public override Grant TryNow() => new(Pass(Form.Trying, TimeSpan.Zero, CancellationToken.None));

    public override void EndUse(Grant grant)
    {
    }

    public sealed override void UseFree(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Plain) Result.Of(PassAsync(cancellationToken));
        else if (form is Form.Limited) Result.Of(PassAsync(timeout, cancellationToken));
        else Result.Of(TryPassAsync(timeout, cancellationToken));
        EndUse(default);
    }

    public sealed override void UseTaken(Form form, TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (form is Form.Trying)
        {
            ValueTask<bool> wait = TryPassAsync(timeout, cancellationToken);
            LetGo();
            Assert.True(Result.Of(wait));
        }
        else
        {
            ValueTask wait = form is Form.Plain ? PassAsync(cancellationToken) : PassAsync(timeout, cancellationToken);
            LetGo();
            Result.Of(wait);
        }

        EndUse(default);
        Occupy();
    }

    protected abstract ValueTask PassAsync(CancellationToken cancellationToken);

    protected abstract ValueTask PassAsync(TimeSpan timeout, CancellationToken cancellationToken);

    protected abstract ValueTask<bool> TryPassAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Blocks until it may pass.</summary>
    /// <returns>Whether it may.</returns>
    protected virtual bool Pass(Form form, TimeSpan timeout, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
