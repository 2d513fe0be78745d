namespace PriceChecker.Market;

/// <summary>What a shop answers.</summary>
internal sealed record Offer(decimal Price);
