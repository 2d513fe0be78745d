using System.Text.Json.Serialization;

namespace Tour.Crawling;

/// <summary>Reads and writes <see cref="CrawlEntry"/> without reflection.</summary>
[JsonSerializable(typeof(CrawlEntry))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class CrawlEntryContext : JsonSerializerContext;
