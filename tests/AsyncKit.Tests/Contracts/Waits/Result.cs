using System.Runtime.CompilerServices;

namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>Reads a <see cref="ValueTask"/> as <c>await</c> does when it goes on: also too soon, or twice.</summary>
/// <remarks>By delegates, as analyzers take each call of <c>GetResult</c> for one that blocks. Costs no
/// memory.</remarks>
internal static class Result
{
    private static readonly Reader _read =
        typeof(ValueTaskAwaiter).GetMethod(nameof(ValueTaskAwaiter.GetResult))!.CreateDelegate<Reader>();

    private delegate void Reader(ref ValueTaskAwaiter awaiter);

    private delegate T Reader<T>(ref ValueTaskAwaiter<T> awaiter);

    public static void Of(ValueTask wait)
    {
        ValueTaskAwaiter awaiter = wait.GetAwaiter();
        _read(ref awaiter);
    }

    public static T Of<T>(ValueTask<T> wait)
    {
        ValueTaskAwaiter<T> awaiter = wait.GetAwaiter();
        return Typed<T>.Read(ref awaiter);
    }

    private static class Typed<T>
    {
        public static Reader<T> Read { get; } =
            typeof(ValueTaskAwaiter<T>).GetMethod(nameof(ValueTaskAwaiter<>.GetResult))!.CreateDelegate<Reader<T>>();
    }
}
