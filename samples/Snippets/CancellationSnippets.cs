using AsyncKit.Synchronization;
using AsyncKit.Testing;

namespace AsyncKit.Snippets;

public class CancellationSnippets
{
    [Fact]
    public Task ACallerThatStops_AndOneThatIsLate_AreToldApart() => AsyncTest.RunAsync(async env =>
    {
        TimeProvider timeProvider = env.Time;

        #region cancellation
        var printer = new AsyncLock("printer", timeProvider);

        async Task<string> PrintAsync(string page, CancellationToken cancellationToken)
        {
            try
            {
                using AsyncLock.Lease lease = await printer.LockAsync(TimeSpan.FromSeconds(30), cancellationToken);
                return $"{page} is printed";
            }
            catch (TimeoutException)
            {
                return $"{page} has to wait until tomorrow"; // and whoever is next is printed
            }

            // An OperationCanceledException goes up to the caller, who asked for it.
        }
        #endregion

        using var caller = new CancellationTokenSource();
        AsyncLock.Lease held = await printer.LockAsync(CancellationToken.None);
        Task<string> late = PrintAsync("page 1", CancellationToken.None);
        Task<string> cancelled = PrintAsync("page 2", caller.Token);
        await caller.CancelAsync();

        OperationCanceledException thrown = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        Assert.Equal(caller.Token, thrown.CancellationToken);
        Assert.Equal("page 1 has to wait until tomorrow", await late);
        held.Dispose();
        Assert.Equal("page 3 is printed", await PrintAsync("page 3", CancellationToken.None));
    });
}
