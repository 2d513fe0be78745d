using System.Runtime.CompilerServices;

namespace AsyncKit.Testing.Tests.Faults;

/// <summary>Counts what it was asked for.</summary>
internal sealed class Shop : IShop
{
    public event EventHandler? Opened;

    /// <summary>How many calls have had their effect.</summary>
    public int Effects { get; private set; }

    public int Disposals { get; private set; }

    /// <summary>What each call fails with before it has an effect.</summary>
    public Exception? Fault { get; init; }

    public string Name { get; set; } = "shop";

    public void Open()
    {
        Happen();
        Opened?.Invoke(this, EventArgs.Empty);
    }

    public int Sell(int count) => Happen(count);

    public bool TrySell(int count, out int left)
    {
        left = Happen(100 - count);
        return true;
    }

    public void Restock(ref int count) => count += Happen(10);

    public T Show<T>(T item) => Happen(item);

    public async Task DeliverAsync()
    {
        await Task.Yield();
        Happen();
    }

    public async Task<int> OrderAsync(int count, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        return Happen(count);
    }

    public ValueTask CloseAsync(CancellationToken cancellationToken)
    {
        Happen();
        return default;
    }

    public async ValueTask<T> PackAsync<T>(T item)
    {
        await Task.Yield();
        return Happen(item);
    }

    public async IAsyncEnumerable<int> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Happen();
        for (var i = 1; i <= 3; i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return i;
        }
    }

    public void Dispose() => Disposals++;

    public ValueTask DisposeAsync()
    {
        Disposals++;
        return default;
    }

    private void Happen() => Happen(0);

    private T Happen<T>(T result)
    {
        if (Fault is not null) throw Fault;
        Effects++;
        return result;
    }
}
