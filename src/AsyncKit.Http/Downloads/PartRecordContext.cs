using System.Text.Json.Serialization;

namespace AsyncKit.Http;

/// <summary>How <see cref="PartRecord"/> is written and read.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(PartRecord))]
internal sealed partial class PartRecordContext : JsonSerializerContext;
