using System.Threading.Channels;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class AsyncAssertSnippets
{
    #region async-assert
    [Fact]
    public Task Orders_AreShipped_TwoSecondsEach() => AsyncTest.RunAsync(async env =>
    {
        Channel<string> orders = Channel.CreateUnbounded<string>();
        var shipped = new List<string>();
        env.Background("shipping", async stop =>
        {
            await foreach (string order in orders.Reader.ReadAllAsync(stop))
            {
                await env.DelayAsync(TimeSpan.FromSeconds(2), stop);
                shipped.Add(order);
            }
        });

        orders.Writer.TryWrite("apples");
        orders.Writer.TryWrite("pears");

        await AsyncAssert.AlwaysAsync(() => shipped.Count is 0, during: TimeSpan.FromSeconds(1));
        await AsyncAssert.EventuallyAsync(() => Assert.Equal(["apples", "pears"], shipped));
        Assert.Equal(TimeSpan.FromSeconds(4), env.Elapsed);
    });
    #endregion

    #region async-assert-cancels
    [Fact]
    public Task AWriteToAFullChannel_CanBeCancelled_AndWritesNothing() => AsyncTest.RunAsync(async env =>
    {
        Channel<string> orders = Channel.CreateBounded<string>(capacity: 1);
        orders.Writer.TryWrite("apples");

        await AsyncAssert.CancelsAsync(
            cancellationToken => orders.Writer.WriteAsync("pears", cancellationToken).AsTask(),
            effect: () => orders.Reader.Count);
    });
    #endregion

    #region async-assert-emits
    [Fact]
    public Task TheCountdown_TakesASecondForEachNumber() => AsyncTest.RunAsync(async env =>
    {
        async IAsyncEnumerable<string> CountDownAsync()
        {
            for (var left = 2; left > 0; left--)
            {
                yield return $"{left}";
                await env.DelayAsync(TimeSpan.FromSeconds(1));
            }

            yield return "lift-off";
        }

        await AsyncAssert.EmitsAsync(
            CountDownAsync(),
            (TimeSpan.Zero, "2"),
            (TimeSpan.FromSeconds(1), "1"),
            (TimeSpan.FromSeconds(2), "lift-off"));
    });
    #endregion
}
