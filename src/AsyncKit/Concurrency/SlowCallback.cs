namespace AsyncKit.Concurrency;

/// <summary>A step on an <see cref="EventLoop"/> that kept all others waiting for long.</summary>
/// <param name="Name">What ran: the method, as far as it can be told.</param>
/// <param name="Duration">How long it ran.</param>
public sealed record SlowCallback(string Name, TimeSpan Duration);
