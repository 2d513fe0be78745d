using System.Threading.Tasks.Sources;

namespace AsyncKit.Testing;

/// <summary>What an async method awaits to let others run: it goes on in a step of its own, on the pump.</summary>
/// <param name="strand">The strand that goes on.</param>
/// <param name="about">What it is about to do, for the trace; the name of the method when
/// <see langword="null"/>.</param>
internal sealed class StrandYield(Strand strand, string? about = null) : IValueTaskSource
{
    private int _isAwaited;

    public ValueTask Task => new(this, token: 0);

    public ValueTaskSourceStatus GetStatus(short token) => ValueTaskSourceStatus.Pending;

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        if (Interlocked.Exchange(ref _isAwaited, 1) is not 0)
            throw new InvalidOperationException("A ValueTask can be awaited once, but this one was awaited again.");
        ExecutionContext? context = flags.HasFlag(ValueTaskSourceOnCompletedFlags.FlowExecutionContext)
            ? ExecutionContext.Capture()
            : null;
        strand.Scheduler.Post(new YieldStep(strand, about, continuation, state, context));
    }

    public void GetResult(short token)
    {
    }
}
