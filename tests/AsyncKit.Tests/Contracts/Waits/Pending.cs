namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A wait as the laws see it: the very <see cref="ValueTask"/> of the primitive, whatever its type.</summary>
internal abstract class Pending
{
    public abstract bool IsCompleted { get; }

    public abstract bool IsCanceled { get; }

    public abstract bool IsFaulted { get; }

    public static Pending Of(ValueTask wait) => new Plain(wait);

    public static Pending Of<T>(ValueTask<T> wait, Func<T, Grant> toGrant) => new Typed<T>(wait, toGrant);

    /// <summary>Reads the result, once.</summary>
    public abstract Grant GetResult();

    public abstract void OnCompleted(Action continuation, bool continueOnCapturedContext = true);

    public Awaiter GetAwaiter() => new(this, ContinueOnCapturedContext: true);

    public Awaiter ConfigureAwait(bool continueOnCapturedContext) => new(this, continueOnCapturedContext);

    public async Task<Grant> ReadAsync() => await this;

    /// <summary>What <c>await</c> needs: an awaitable that is its own awaiter.</summary>
    public readonly record struct Awaiter(Pending Wait, bool ContinueOnCapturedContext)
        : System.Runtime.CompilerServices.ICriticalNotifyCompletion
    {
        public bool IsCompleted => Wait.IsCompleted;

        public Awaiter GetAwaiter() => this;

        public Grant GetResult() => Wait.GetResult();

        public void OnCompleted(Action continuation) => Wait.OnCompleted(continuation, ContinueOnCapturedContext);

        public void UnsafeOnCompleted(Action continuation) => Wait.OnCompleted(continuation, ContinueOnCapturedContext);
    }

    private sealed class Plain(ValueTask wait) : Pending
    {
        public override bool IsCompleted => wait.IsCompleted;

        public override bool IsCanceled => wait.IsCanceled;

        public override bool IsFaulted => wait.IsFaulted;

        public override Grant GetResult()
        {
            Result.Of(wait);
            return new Grant(IsGranted: true);
        }

        public override void OnCompleted(Action continuation, bool continueOnCapturedContext = true) =>
            wait.ConfigureAwait(continueOnCapturedContext).GetAwaiter().UnsafeOnCompleted(continuation);
    }

    private sealed class Typed<T>(ValueTask<T> wait, Func<T, Grant> toGrant) : Pending
    {
        public override bool IsCompleted => wait.IsCompleted;

        public override bool IsCanceled => wait.IsCanceled;

        public override bool IsFaulted => wait.IsFaulted;

        public override Grant GetResult() => toGrant(Result.Of(wait));

        public override void OnCompleted(Action continuation, bool continueOnCapturedContext = true) =>
            wait.ConfigureAwait(continueOnCapturedContext).GetAwaiter().UnsafeOnCompleted(continuation);
    }
}
