namespace Files.Stories;

/// <summary>What came out of reading a log once.</summary>
internal sealed record LogReading(StatusCounts Counts, Quarters Progress, double Milliseconds);
