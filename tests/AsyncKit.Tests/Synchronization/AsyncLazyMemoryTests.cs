using AsyncKit.Synchronization;
using AsyncKit.Tests.Stress;

namespace AsyncKit.Tests.Synchronization;

/// <summary>What callers leave behind. Runs alone: others in the process listen, and allocate.</summary>
[Collection(typeof(Alone))]
public class AsyncLazyMemoryTests
{
    private const int Limit = 60_000;

    // Bytes that the process may keep for itself meanwhile; what is looked for would be five times as much.
    private const long Noise = 4_000_000;

    [Fact(Timeout = Limit)]
    public async Task GetValueAsync_WhenTheValueIsThere_AllocatesNothing()
    {
        using var caller = new CancellationTokenSource();
        var lazy = new AsyncLazy<int>(_ => ValueTask.FromResult(1));
        await lazy.GetValueAsync();

        long allocated = Allocations.LeastOf(() =>
        {
            for (var i = 0; i < 1_000; i++) Assert.True(lazy.GetValueAsync(caller.Token).IsCompletedSuccessfully);
        });

        Assert.Equal(0, allocated);
    }

    [Fact(Timeout = Limit)]
    public async Task AMillionCallersThatComeAndGo_WhileOneFactoryRuns_LeaveNothingBehind()
    {
        const int Times = 100;
        const int AtATime = 10_000;
        var made = new TaskCompletionSource<int>();
        var lazy = new AsyncLazy<int>(_ => made.Task);
        Task<int> stays = lazy.GetValueAsync().AsTask();
        ComeAndGo();
        long before = GC.GetTotalMemory(forceFullCollection: true);

        for (var i = 0; i < Times; i++) ComeAndGo();

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);
        Assert.Equal(1, lazy.WaiterCount);
        made.SetResult(1);
        Assert.Equal(1, await stays);

        // Of each group, those who came last leave first.
        void ComeAndGo()
        {
            CancellationTokenSource[] callers = [.. Enumerable.Range(0, AtATime).Select(number =>
            {
                var caller = new CancellationTokenSource();
                _ = lazy.GetValueAsync(caller.Token);
                return caller;
            })];
            Assert.Equal(AtATime + 1, lazy.WaiterCount);
            foreach (CancellationTokenSource caller in callers.Reverse()) caller.Cancel();
        }
    }

    [Fact(Timeout = Limit)]
    public async Task CallersThatGotTheValue_LeaveNothingOnTheirToken()
    {
        const int Times = 100_000;
        using var caller = new CancellationTokenSource();
        var lazy = new AsyncLazy<int>(async _ =>
        {
            await Task.Yield();
            return 1;
        });
        await ResetAndGetAsync(1_000);
        long before = GC.GetTotalMemory(forceFullCollection: true);

        await ResetAndGetAsync(Times);

        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, Noise);

        async Task ResetAndGetAsync(int times)
        {
            for (var i = 0; i < times; i++)
            {
                lazy.Reset();
                await lazy.GetValueAsync(caller.Token);
            }
        }
    }
}
