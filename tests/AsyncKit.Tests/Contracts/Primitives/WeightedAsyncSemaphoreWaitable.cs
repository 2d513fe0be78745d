namespace AsyncKit.Tests.Contracts.Primitives;

/// <summary>A semaphore of which each user takes all three permits.</summary>
internal sealed class WeightedAsyncSemaphoreWaitable(TimeProvider? clock) : AsyncSemaphoreWaitable(clock, permits: 3);
