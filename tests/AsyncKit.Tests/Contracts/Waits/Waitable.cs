namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A primitive as the laws see it: something that one waits for until it is let go.</summary>
/// <remarks>An adapter for each primitive derives from it, most through <see cref="LeaseWaitable{TLease}"/> or
/// <see cref="SignalWaitable"/>. It begins free where <see cref="Traits.StartsFree"/> says so, otherwise
/// taken.</remarks>
internal abstract class Waitable
{
    /// <summary>The primitive itself.</summary>
    public abstract object Primitive { get; }

    public abstract Traits Traits { get; }

    public virtual int WaiterCount => throw new NotSupportedException();

    /// <summary>Whether anybody has it, as the primitive itself says; of signals, whether it is not set.</summary>
    public abstract bool IsTaken { get; }

    public bool Has(Traits traits) => (Traits & traits) == traits;

    /// <summary>Begins a wait; the time limit is for the forms that have one.</summary>
    public abstract Pending WaitAsync(Form form, TimeSpan timeout, CancellationToken cancellationToken = default);

    public Pending WaitAsync(CancellationToken cancellationToken = default) =>
        WaitAsync(Form.Plain, Timeout.InfiniteTimeSpan, cancellationToken);

    /// <summary>Blocks until the wait has ended.</summary>
    public virtual Grant Wait(Form form, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    /// <summary>Takes it if that is possible without waiting.</summary>
    public abstract Grant TryNow();

    /// <summary>Takes it, so that others have to wait.</summary>
    public abstract void Occupy();

    /// <summary>Ends what <see cref="Occupy"/> began: one may have it, or all who wait.</summary>
    public abstract void LetGo();

    /// <summary>The user of a grant has finished: it hands on to the next.</summary>
    public abstract void EndUse(Grant grant);

    /// <summary>Takes it when it is free and ends the use, without memory for the laws themselves.</summary>
    public abstract void UseFree(Form form, TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Waits for it while it is occupied, lets it go, and occupies it again.</summary>
    public abstract void UseTaken(Form form, TimeSpan timeout, CancellationToken cancellationToken);
}
