using AsyncKit.Testing;

namespace TestingShowcase.Parts;

/// <summary>Two locks that await, taken in opposite order: the run ends at once and says who waits where.</summary>
internal static class Deadlock
{
    public static Task<Finding> ShowAsync() => FailingTest.RunAsync(
        _ =>
        {
            var accounts = (A: new SemaphoreSlim(1), B: new SemaphoreSlim(1));
            return Task.WhenAll(PayAsync(accounts.A, accounts.B), RefundAsync(accounts.A, accounts.B));
        },
        AsyncTestFailure.Deadlock,
        mention: ["Deadlock.PayAsync at await 3", "Deadlock.RefundAsync at await 3"]);

    private static async Task PayAsync(SemaphoreSlim a, SemaphoreSlim b)
    {
        await a.WaitAsync();
        await Task.Yield();
        await b.WaitAsync();
    }

    private static async Task RefundAsync(SemaphoreSlim a, SemaphoreSlim b)
    {
        await b.WaitAsync();
        await Task.Yield();
        await a.WaitAsync();
    }
}
