using System.Text.Json.Serialization;

namespace Tour.Harvesting;

/// <summary>Writes <see cref="HarvestLine"/> without reflection.</summary>
[JsonSerializable(typeof(HarvestLine))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class HarvestLineContext : JsonSerializerContext;
