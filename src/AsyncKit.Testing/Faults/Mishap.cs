namespace AsyncKit.Testing;

/// <summary>What happens to a call.</summary>
/// <param name="Kind">One kind.</param>
/// <param name="Env">The test it happens in.</param>
/// <param name="Fault">What the call fails with, if it does.</param>
/// <param name="Delay">How long it takes, if it is to.</param>
internal sealed record Mishap(ChaosKinds Kind, TestEnv Env, Exception? Fault, TimeSpan Delay)
{
    public bool Repeats => Kind is ChaosKinds.Duplicate;

    public static IOException NewFault(ChaosKinds kind, InterfaceCall call) => new(kind is ChaosKinds.FailBefore
        ? $"{call.Name} failed, and nothing was done, as explored."
        : $"{call.Name} failed after it was done, as explored.");

    public void Before()
    {
        if (Kind is ChaosKinds.FailBefore) throw Injected();
    }

    public void After()
    {
        if (Kind is ChaosKinds.FailAfter) throw Injected();
    }

    public Task BeforeAsync(CancellationToken cancellationToken)
    {
        Before();
        return Kind switch
        {
            ChaosKinds.Delay => WaitAsync(Delay, cancellationToken),
            ChaosKinds.HangUntilCancelled => WaitAsync(Timeout.InfiniteTimeSpan, cancellationToken),
            _ => Task.CompletedTask,
        };
    }

    private Exception Injected()
    {
        Env.Decisions?.Injected = Fault;
        return Fault!;
    }

    // As VirtualWait, but in the context of the caller: a cancellation does not send a test to the thread pool that has
    // nothing to do there, where it would be explored at a fraction of the speed.
    private async Task WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        if (delay == TimeSpan.Zero) return;
        var end = new TaskCompletionSource();
        using CancellationTokenRegistration cancel = cancellationToken.UnsafeRegister(
            static (end, token) => ((TaskCompletionSource)end!).TrySetCanceled(token), end);
        using ITimer? timer = delay == Timeout.InfiniteTimeSpan ? null : Env.Time.CreateTimer(
            static end => ((TaskCompletionSource)end!).TrySetResult(), end, delay, Timeout.InfiniteTimeSpan);
        await end.Task.ConfigureAwait(true);
    }
}
