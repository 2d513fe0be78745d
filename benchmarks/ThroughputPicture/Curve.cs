namespace ThroughputPicture;

/// <summary>Items a second, for each number that run at a time.</summary>
internal sealed record Curve(string Name, IReadOnlyList<Point> Points)
{
    /// <summary>How many times as many as one at a time.</summary>
    public double Speedup(Point point) => point.PerSecond / Points[0].PerSecond;
}
