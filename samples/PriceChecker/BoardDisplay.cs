using System.Globalization;
using PriceChecker.Market;
using Spectre.Console;

namespace PriceChecker;

/// <summary>Prints a board.</summary>
internal static class BoardDisplay
{
    public static void Show(PriceBoard board, IReadOnlyList<string> products)
    {
        Table prices = new Table().AddColumns("product", "best price", "of");
        foreach ((int product, (decimal price, Shop shop)) in board.Best.OrderBy(static best => best.Key))
            prices.AddRow(products[product], price.ToString("0.00", CultureInfo.InvariantCulture), shop.Host);
        AnsiConsole.Write(prices);
    }

    public static void ShowShops(PriceBoard board, IEnumerable<Shop> shops, int products)
    {
        Table table = new Table().AddColumns("shops", "how many", "prices", "requests", "in the end");
        foreach (IGrouping<Mood, Shop> group in shops.GroupBy(static shop => shop.Mood))
        {
            string? trouble = group
                .Select(board.Troubles.GetValueOrDefault)
                .FirstOrDefault(static text => text is not null);
            table.AddRow(
                group.Key.ToString(),
                Text(group.Count()),
                $"{Text(group.Sum(board.OffersOf))} of {Text(group.Count() * products)}",
                Text(group.Sum(static shop => shop.Requests)),
                trouble ?? "well");
        }

        AnsiConsole.Write(table);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
