namespace Files.Stories;

/// <summary>What somebody has ordered.</summary>
internal sealed record Order(int Id, string Customer, decimal Total, DateTimeOffset At);
