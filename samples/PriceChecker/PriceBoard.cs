using System.Text.Json;
using AsyncKit.Http;
using PriceChecker.Market;

namespace PriceChecker;

/// <summary>Collects what the shops say, and what became of the requests.</summary>
internal sealed class PriceBoard(EmbeddedMarket market)
{
    private readonly Dictionary<int, (decimal Price, Shop Shop)> _best = [];
    private readonly Dictionary<Shop, int> _offers = [];
    private readonly Dictionary<Shop, string> _troubles = [];

    /// <summary>The best price of each product.</summary>
    public IReadOnlyDictionary<int, (decimal Price, Shop Shop)> Best => _best;

    /// <summary>What was wrong with a shop, by its latest request that failed.</summary>
    public IReadOnlyDictionary<Shop, string> Troubles => _troubles;

    /// <summary>How many prices a shop has told.</summary>
    public int OffersOf(Shop shop) => _offers.GetValueOrDefault(shop);

    /// <summary>Takes what came of the request for a price.</summary>
    public void Add(int product, FetchResult result)
    {
        Shop shop = market.Shops[result.Request.Uri.Host];
        if (result.Exception is { } failure)
        {
            _troubles[shop] = failure is FetchException fetch
                ? $"{fetch.Failure} after {fetch.Attempts.Count} attempts"
                : failure.Message;
            return;
        }

        try
        {
            if (result.Response?.GetJson(OfferContext.Default.Offer) is { } offer) Add(product, shop, offer.Price);
        }
        catch (JsonException)
        {
            _troubles[shop] = "answers, but not with a price";
        }
    }

    private void Add(int product, Shop shop, decimal price)
    {
        _offers[shop] = OffersOf(shop) + 1;
        if (!_best.TryGetValue(product, out (decimal Price, Shop Shop) best) || price < best.Price)
            _best[product] = (price, shop);
    }
}
