using System.Text.Json.Serialization;

namespace PriceChecker.Market;

/// <summary>How offers are written and read, made by the compiler.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Offer))]
internal sealed partial class OfferContext : JsonSerializerContext;
