using System.Runtime.CompilerServices;

namespace AsyncKit.Errors;

/// <summary>Ends work as cancelled, and says by whom: what an exception of the work itself cannot tell.</summary>
internal static class Cancellation
{
    /// <summary>The exception for who asked for a cancellation.</summary>
    /// <param name="original">What the work threw; none when it was not even begun.</param>
    /// <param name="token">The token by which it was asked for.</param>
    public static OperationCanceledException By(OperationCanceledException? original, CancellationToken token) =>
        original is null
            ? new OperationCanceledException(token)
            : new OperationCanceledException(original.Message, original, token);

    /// <summary>Ends a task as cancelled, with an exception that <c>await</c> throws as it is.</summary>
    // A source that is cancelled by a token makes an exception of its own, without the message and the original.
    public static void Cancel<T>(TaskCompletionSource<T> completion, OperationCanceledException cancellation) =>
        completion.SetFromTask(EndAsync<T>(cancellation));

    /// <summary>A task that was cancelled with an exception that <c>await</c> throws as it is.</summary>
    public static Task<T> EndAsync<T>(OperationCanceledException cancellation)
    {
        var builder = AsyncTaskMethodBuilder<T>.Create();
        builder.SetException(cancellation);
        return builder.Task;
    }
}
