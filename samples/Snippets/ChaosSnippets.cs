using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class ChaosSnippets
{
    #region chaos
    [Fact]
    public async Task ARetry_RepeatsAPayment_WhoseAnswerWasLost()
    {
        var found = await Assert.ThrowsAsync<AsyncTestException>(
            () => AsyncTest.FailEverywhereAsync(_ => PayForAnOrderAsync(key: null)));

        Assert.Contains("By choice: IPayments.PayAsync FailAfter.", found.Message);
    }

    [Fact]
    public Task ARetry_WithAKey_PaysOnce() =>
        AsyncTest.FailEverywhereAsync(_ => PayForAnOrderAsync(key: "order 7"));

    // The same test, without a key and with one.
    private static async Task PayForAnOrderAsync(string? key)
    {
        var bank = new Bank();
        IPayments payments = Chaos.Around<IPayments>(bank);

        try
        {
            await payments.PayAsync(10, key);
        }
        catch (IOException)
        {
            await payments.PayAsync(10, key);
        }

        Assert.Equal(10, bank.Paid);
    }

    private interface IPayments
    {
        Task PayAsync(int amount, string? key);
    }

    private sealed class Bank : IPayments
    {
        private readonly HashSet<string> _keys = [];

        public int Paid { get; private set; }

        public async Task PayAsync(int amount, string? key)
        {
            await Task.Yield();
            if (key is null || _keys.Add(key)) Paid += amount;
        }
    }
    #endregion

    #region chaos-plan
    [Fact]
    public Task AMessageDeliveredTwice_IsCountedOnce() => AsyncTest.ExploreAsync(async env =>
    {
        var seen = new HashSet<int>();
        IInbox inbox = Chaos.Around<IInbox>(
            new Inbox(message => seen.Add(message)),
            new ChaosPlan
            {
                Kinds = ChaosKinds.Duplicate | ChaosKinds.Delay,
                Delay = TimeSpan.FromSeconds(5),
                Methods = method => method.Name is nameof(IInbox.DeliverAsync),
            });

        await Task.WhenAll(inbox.DeliverAsync(1), inbox.DeliverAsync(2));

        Assert.Equal(2, seen.Count);
        Assert.True(env.Elapsed <= TimeSpan.FromSeconds(5));
    });

    private interface IInbox
    {
        Task DeliverAsync(int message);
    }

    private sealed class Inbox(Action<int> handle) : IInbox
    {
        public async Task DeliverAsync(int message)
        {
            await Task.Yield();
            handle(message);
        }
    }
    #endregion
}
