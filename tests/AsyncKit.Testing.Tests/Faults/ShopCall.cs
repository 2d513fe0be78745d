namespace AsyncKit.Testing.Tests.Faults;

/// <summary>A call of each kind, which checks what it gets.</summary>
internal static class ShopCall
{
    public static IReadOnlyDictionary<string, Func<IShop, CancellationToken, Task>> All { get; } =
        new Dictionary<string, Func<IShop, CancellationToken, Task>>(StringComparer.Ordinal)
        {
            [nameof(IShop.Open)] = Plain(shop => shop.Open()),
            [nameof(IShop.Sell)] = Plain(shop => Assert.Equal(3, shop.Sell(3))),
            [nameof(IShop.TrySell)] = Plain(shop =>
            {
                Assert.True(shop.TrySell(3, out int left));
                Assert.Equal(97, left);
            }),
            [nameof(IShop.Restock)] = Plain(shop =>
            {
                var count = 3;
                shop.Restock(ref count);
                Assert.Equal(13, count);
            }),
            [nameof(IShop.Show)] = Plain(shop => Assert.Equal("tea", shop.Show("tea"))),
            [nameof(IShop.DeliverAsync)] = (shop, _) => shop.DeliverAsync(),
            [nameof(IShop.OrderAsync)] = async (shop, token) => Assert.Equal(3, await shop.OrderAsync(3, token)),
            [nameof(IShop.CloseAsync)] = async (shop, token) => await shop.CloseAsync(token),
            [nameof(IShop.PackAsync)] = async (shop, _) => Assert.Equal("tea", await shop.PackAsync("tea")),
            [nameof(IShop.ListAsync)] = async (shop, token) =>
            {
                List<int> listed = [];
                await foreach (int item in shop.ListAsync(token)) listed.Add(item);
                Assert.Equal([1, 2, 3], listed);
            },
        };

    private static Func<IShop, CancellationToken, Task> Plain(Action<IShop> call) => (shop, _) =>
    {
        call(shop);
        return Task.CompletedTask;
    };
}
