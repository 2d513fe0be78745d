namespace AsyncKit.Testing.Tests.Faults;

/// <summary>An interface with a method of each kind.</summary>
internal interface IShop : IDisposable, IAsyncDisposable
{
    event EventHandler Opened;

    string Name { get; set; }

    void Open();

    int Sell(int count);

    bool TrySell(int count, out int left);

    void Restock(ref int count);

    T Show<T>(T item);

    Task DeliverAsync();

    Task<int> OrderAsync(int count, CancellationToken cancellationToken);

    ValueTask CloseAsync(CancellationToken cancellationToken);

    ValueTask<T> PackAsync<T>(T item);

    IAsyncEnumerable<int> ListAsync(CancellationToken cancellationToken);
}
