using System.Diagnostics;
using AsyncKit.Http;
using PriceChecker;
using PriceChecker.Market;

const int Shops = 40;
string[] products = ["a kettle", "a lamp", "a chair", "a bicycle", "a tent"];

await using EmbeddedMarket market = await EmbeddedMarket.StartAsync(Shops, CancellationToken.None);

// One fetcher for all. What a host does, it does to nobody else: its permits, its breaker and its pauses are its own.
await using var fetcher = new HttpFetcher(new HttpFetcherOptions
{
    Resolver = EmbeddedMarket.ResolveAsync,
    AttemptTimeout = { Timeout = TimeSpan.FromSeconds(1) },
    TotalRequestTimeout = { Timeout = TimeSpan.FromSeconds(20) },
    CircuitBreaker =
    {
        MinimumThroughput = 5,
        FailureRatio = 0.9,
        SamplingDuration = TimeSpan.FromSeconds(4),
        BreakDuration = TimeSpan.FromSeconds(1),
    },
    HostGate = { BaseDelay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromMilliseconds(400) },
    Retry = { MaxRetryAttempts = 5, Delay = TimeSpan.FromMilliseconds(100) },
});

Dictionary<Uri, int> productOf = [];
foreach (Shop shop in market.Shops.Values)
{
    for (var product = 0; product < products.Length; product++) productOf.Add(market.PriceOf(shop, product), product);
}

Console.WriteLine($"Asking {Shops} shops, most of them flaky, for {products.Length} prices each, 64 at a time.");
var board = new PriceBoard(market);
long start = Stopwatch.GetTimestamp();
await foreach (FetchResult result in fetcher.FetchAllAsync(
    productOf.Keys.Select(static uri => new FetchRequest(uri)), maxConcurrency: 64))
{
    board.Add(productOf[result.Request.Uri], result);
}

TimeSpan elapsed = Stopwatch.GetElapsedTime(start);
BoardDisplay.Show(board, products);
BoardDisplay.ShowShops(board, market.Shops.Values, products.Length);
Console.WriteLine($"{elapsed.TotalSeconds:0.0} s, {market.Shops.Values.Sum(static shop => shop.Requests)} requests.");

// What a shop has to give was got from it, and the cheapest of those prices was found.
Shop[] open = [.. market.Shops.Values.Where(static shop => shop.HasPrices)];
bool isWhole = open.All(shop => board.OffersOf(shop) == products.Length)
    && board.Best.All(best => best.Value.Price == open.Min(shop => shop.PriceOf(best.Key)));
Console.WriteLine(isWhole
    ? "Every shop that has prices has told them all."
    : "Prices are missing, or the best was not found.");
return isWhole ? 0 : 1;
