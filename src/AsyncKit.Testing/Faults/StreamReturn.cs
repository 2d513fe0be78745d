using System.Runtime.CompilerServices;

namespace AsyncKit.Testing;

/// <summary>A method whose result is an async stream: what happens does so when it is read.</summary>
internal sealed class StreamReturn<T> : ReturnKind
{
    public override ChaosKinds Possible(InterfaceCall call) =>
        ChaosKinds.FailBefore | ChaosKinds.FailAfter | ChaosKinds.Delay | Hanging(call);

    public override object? Make(InterfaceCall call, Mishap mishap) =>
        ReadAsync(call, mishap, call.Token);

    private static async IAsyncEnumerable<T> ReadAsync(
        InterfaceCall call, Mishap mishap, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await mishap.BeforeAsync(cancellationToken).ConfigureAwait(true);
        var inner = (IAsyncEnumerable<T>)call.Make()!;
        await foreach (T item in inner.WithCancellation(cancellationToken).ConfigureAwait(true)) yield return item;
        mishap.After();
    }
}
