using AsyncKit.Synchronization;

namespace Synchronization.Stories;

/// <summary>One side signals orders as they come; the other waits for each, and for its turn.</summary>
internal static class Pace
{
    private const int Orders = 10;

    private static readonly TimeSpan _spacing = TimeSpan.FromMilliseconds(20);

    public static async Task<Finding> ShowAsync(CancellationToken cancellationToken)
    {
        long start = TimeProvider.System.GetTimestamp();
        var orders = new AsyncSemaphore(initialCount: 0, permits: Orders);
        var pace = new AsyncRateLimiter(permits: 1, period: _spacing);
        Task<TimeSpan[]> handler = HandleAsync();
        orders.Release(Orders);
        TimeSpan[] handled = await handler;

        return new Finding(
            [$"{Orders} orders came at once; the last was handled after {handled[^1].TotalMilliseconds:N0} ms."],
            [
                new Check(
                    $"No order was handled before its turn, one in each {_spacing.TotalMilliseconds} ms.",
                    handled.Index().All(order => order.Item >= order.Index * _spacing)),
                new Check("None is left.", orders.CurrentCount is 0),
            ]);

        async Task<TimeSpan[]> HandleAsync()
        {
            var times = new TimeSpan[Orders];
            for (var order = 0; order < Orders; order++)
            {
                await orders.AcquireAsync(cancellationToken: cancellationToken);
                await pace.AcquireAsync(cancellationToken: cancellationToken);
                times[order] = TimeProvider.System.GetElapsedTime(start);
            }

            return times;
        }
    }
}
