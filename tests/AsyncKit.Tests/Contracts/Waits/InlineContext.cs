namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>A context that runs what is posted at once, as some do: whoever posts under a lock is then inside it.
/// </summary>
internal sealed class InlineContext : SynchronizationContext
{
    public override void Post(SendOrPostCallback d, object? state) => d(state);
}
