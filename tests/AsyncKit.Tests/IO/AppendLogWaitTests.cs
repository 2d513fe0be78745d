using AsyncKit.IO;

namespace AsyncKit.Tests.IO;

/// <summary>What waits while the log cannot write: for room, for a level, for the end.</summary>
public sealed class AppendLogWaitTests : IDisposable
{
    private const int Limit = 30_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("asynckit-");

    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    private string Target => Path.Combine(_folder.FullName, "pipe");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact(Timeout = Limit)]
    public async Task Pending_IsBounded_AndThoseWhoWaitForRoomGoFirstComeFirstServed()
    {
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        Task<long> first = held.Log.AppendAsync(HeldUpLog.LongLine, cancellationToken: TestToken).AsTask();
        Task<long>[] behind =
        [
            .. Enumerable.Range(0, 100)
                .Select(i => held.Log.AppendAsync($"{i}", cancellationToken: TestToken).AsTask()),
        ];

        Assert.False(first.IsCompleted);
        Assert.All(behind, wait => Assert.False(wait.IsCompleted));

        string[] lines = await held.ReadToEndAsync();
        Assert.Equal([HeldUpLog.LongLine, .. Enumerable.Range(0, 100).Select(i => $"{i}")], lines);
        Assert.Equal(200_002, await first);
        Assert.Equal(300_003, await behind[0]);
        Assert.Equal(300_005, await behind[1]);
    }

    [Fact(Timeout = Limit)]
    public async Task AWaitForRoomThatIsCancelled_HasTakenNothing_AndLetsThoseBehindGo()
    {
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        using var cancellation = new CancellationTokenSource();
        Task<long> tooLong = held.Log.AppendAsync(HeldUpLog.LongLine, cancellationToken: cancellation.Token).AsTask();
        Task<long> behind = held.Log.AppendAsync("behind", cancellationToken: TestToken).AsTask();
        Assert.False(behind.IsCompleted);

        await cancellation.CancelAsync();

        OperationCanceledException cancelled =
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tooLong);
        Assert.Equal(cancellation.Token, cancelled.CancellationToken);
        Assert.Equal(200_002, await behind);
        Assert.Equal(["behind"], await held.ReadToEndAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task AWaitForALevelThatIsCancelled_Ends_AndTheLineStays()
    {
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        using var cancellation = new CancellationTokenSource();
        Task<long> wait = held.Log.AppendAsync("stays", CommitLevel.Disk, cancellation.Token).AsTask();
        Task commit = held.Log.CommitAsync(CommitLevel.Disk, cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commit);
        Assert.Equal(["stays"], await held.ReadToEndAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task ATokenThatIsCancelledBeforeTheCall_TakesNothing()
    {
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        var cancelled = new CancellationToken(canceled: true);

        Assert.True(held.Log.AppendAsync("refused", cancellationToken: cancelled).IsCanceled);
        Assert.True(held.Log.AppendAsync("refused"u8, CommitLevel.Disk, cancelled).IsCanceled);
        Assert.True(held.Log.CommitAsync(CommitLevel.Buffered, cancelled).IsCanceled);
        Assert.True(held.Log.CompleteAsync(cancelled).IsCanceled);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await AppendLog.OpenAsync(Target + "2", cancellationToken: cancelled));
        Assert.False(File.Exists(Target + "2"));

        await held.Log.AppendAsync("taken", cancellationToken: TestToken);
        Assert.Equal(["taken"], await held.ReadToEndAsync());
    }

    [Fact(Timeout = Limit)]
    public async Task ACommit_WaitsForWhatIsBeingWritten_AndForWhatWaitsForRoom()
    {
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        Task ofTheFirst = held.Log.CommitAsync(CommitLevel.Os, TestToken).AsTask();
        Task<long> waiting = held.Log.AppendAsync(HeldUpLog.LongLine, cancellationToken: TestToken).AsTask();
        Task ofBoth = held.Log.CommitAsync(CommitLevel.Disk, TestToken).AsTask();
        Task<long> behind = held.Log.AppendAsync("behind", CommitLevel.Os, TestToken).AsTask();

        Assert.False(ofTheFirst.IsCompleted || waiting.IsCompleted || ofBoth.IsCompleted || behind.IsCompleted);

        Assert.Equal([HeldUpLog.LongLine, "behind"], await held.ReadToEndAsync());
        await ofTheFirst;
        await ofBoth;
        Assert.Equal(200_002, await waiting);
        Assert.Equal(300_003, await behind);
    }

    [Fact(Timeout = Limit)]
    public async Task Completion_TakesWhatWaitsForRoom_AndNothingAfter_AlsoWhenItsWaitIsCancelled()
    {
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        using var cancellation = new CancellationTokenSource();
        Task<long> waiting = held.Log.AppendAsync(HeldUpLog.LongLine, CommitLevel.Disk, TestToken).AsTask();
        Task completing = held.Log.CompleteAsync(cancellation.Token).AsTask();

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => completing);
        await Assert.ThrowsAsync<InvalidOperationException>(
            async () => await held.Log.AppendAsync("late", cancellationToken: TestToken));
        Assert.Equal([HeldUpLog.LongLine], await held.ReadToEndAsync());
        Assert.Equal(200_002, await waiting);
    }

    [Fact(Timeout = Limit)]
    public async Task ManyWaitsForRoom_AreCancelledWithoutLookingThroughTheLine()
    {
        const int Count = 50_000;
        await using HeldUpLog held = await HeldUpLog.OpenAsync(Target);
        Task<long> head = held.Log.AppendAsync(HeldUpLog.LongLine, cancellationToken: TestToken).AsTask();
        var sources = new CancellationTokenSource[Count];
        var waits = new Task[Count];
        for (var i = 0; i < Count; i++)
        {
            sources[i] = new CancellationTokenSource();
            waits[i] = held.Log.AppendAsync("cancelled", cancellationToken: sources[i].Token).AsTask();
        }

        // Last in, first out: whoever looked from the front would come by all others each time.
        for (int i = Count - 1; i >= 0; i--) await sources[i].CancelAsync();

        foreach (Task wait in waits) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
        foreach (CancellationTokenSource source in sources) source.Dispose();
        Assert.Equal([HeldUpLog.LongLine], await held.ReadToEndAsync());
        await head;
    }
}
