using AsyncKit.Synchronization;

namespace AsyncKit.Snippets.Synchronization;

public class AsyncSemaphoreSnippets
{
    [Fact]
    public async Task Uploads_ShareABudgetOfMegabytes_ThatCanBeChanged()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var inFlight = 0;
        var most = 0;

        async Task SendAsync(int megabytes, CancellationToken token)
        {
            most = Math.Max(most, Interlocked.Add(ref inFlight, megabytes));
            await Task.Yield();
            token.ThrowIfCancellationRequested();
            Interlocked.Add(ref inFlight, -megabytes);
        }

        #region async-semaphore
        var budget = new AsyncSemaphore(permits: 100, name: "megabytes in flight");

        async Task UploadAsync(int megabytes)
        {
            using AsyncSemaphore.Lease lease = await budget.AcquireAsync(megabytes, cancellationToken);
            await SendAsync(megabytes, cancellationToken);
        }

        Task uploads = Task.WhenAll(UploadAsync(60), UploadAsync(60), UploadAsync(10));
        budget.Resize(150);
        await uploads;
        #endregion

        Assert.InRange(most, 60, 150);
        Assert.Equal(150, budget.CurrentCount);
    }

    [Fact]
    public async Task SignalsOfOneSide_AreWaitedForByTheOther()
    {
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        var printed = 0;

        #region async-semaphore-signals
        var pages = new AsyncSemaphore(initialCount: 0, permits: int.MaxValue);

        async Task PrintAsync(int count)
        {
            for (var page = 0; page < count; page++)
            {
                await pages.AcquireAsync(cancellationToken: cancellationToken);
                printed++;
            }
        }

        Task printer = PrintAsync(3);
        pages.Release();
        pages.Release(2);
        await printer;
        #endregion

        Assert.Equal(3, printed);
    }
}
