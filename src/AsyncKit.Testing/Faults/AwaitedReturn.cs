namespace AsyncKit.Testing;

/// <summary>A method whose result is awaited.</summary>
/// <param name="asTask">What a call returns, as a task.</param>
/// <param name="asResult">A task, as what the method returns.</param>
internal sealed class AwaitedReturn<T>(Func<object?, Task<T>> asTask, Func<Task<T>, object> asResult) : ReturnKind
{
    public override ChaosKinds Possible(InterfaceCall call) =>
        ChaosKinds.FailBefore | ChaosKinds.FailAfter | ChaosKinds.Delay | ChaosKinds.Duplicate | Hanging(call);

    public override object? Make(InterfaceCall call, Mishap mishap) => asResult(MakeAsync(call, mishap));

    // Awaits stay in the context of the caller, as a test that keeps away from the thread pool is explored much faster.
    private async Task<T> MakeAsync(InterfaceCall call, Mishap mishap)
    {
        await mishap.BeforeAsync(call.Token).ConfigureAwait(true);
        if (mishap.Repeats) await asTask(call.MakeBefore()).ConfigureAwait(true);
        T result = await asTask(call.Make()).ConfigureAwait(true);
        mishap.After();
        return result;
    }
}
