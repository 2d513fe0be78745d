namespace AsyncKit.Http.Tests.Telemetry;

/// <summary>One measurement that was heard.</summary>
internal sealed record Measured(string Name, string? Unit, double Value, IReadOnlyDictionary<string, object?> Tags)
{
    public override string ToString() =>
        $"{Name} {Value} {string.Join(' ', Tags.Select(tag => $"{tag.Key}={tag.Value}"))}";
}
