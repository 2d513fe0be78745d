using System.Text.Json.Serialization;

namespace Files.Stories;

/// <summary>How the types of the stories are written as JSON, without reflection.</summary>
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Settings))]
internal sealed partial class StoryContext : JsonSerializerContext;
