namespace ThroughputPicture;

/// <summary>One measurement.</summary>
internal sealed record Point(int Concurrency, double PerSecond);
