namespace AsyncKit.Tests.Contracts.Waits;

/// <summary>How a wait ended that did not throw.</summary>
/// <param name="IsGranted">Whether it was granted; of a form that tries, it may not have been.</param>
/// <param name="Lease">What is held, where that is a lease.</param>
internal readonly record struct Grant(bool IsGranted, object? Lease = null);
