namespace AsyncKit.Concurrency;

/// <summary>An item of a <see cref="WorkQueue{T}"/>.</summary>
/// <param name="Value">The item.</param>
/// <param name="Attempt">The number of the attempt to come, or that is made: from 1.</param>
/// <param name="Arrival">When it came, where equal ones go by that: a number that grows.</param>
internal readonly record struct WorkEntry<T>(T Value, int Attempt, long Arrival);
