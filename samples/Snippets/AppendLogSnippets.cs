using AsyncKit.IO;

namespace AsyncKit.Snippets;

public class AppendLogSnippets
{
    private sealed record Order(int Id, string What);

    [Fact]
    public async Task ManyProducers_ShareTheFlushes()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = folder["orders.log"];
        Order[] orders = [.. Enumerable.Range(1, 100).Select(id => new Order(id, "apples"))];

        #region append-log
        await using AppendLog log = await AppendLog.OpenAsync(path, cancellationToken: cancellationToken);
        await Parallel.ForEachAsync(orders, cancellationToken, async (order, token) =>
        {
            // When this has returned, the line survives a power failure.
            await log.AppendAsync($"{order.Id} {order.What}", CommitLevel.Disk, token);
        });
        await log.CompleteAsync(cancellationToken);
        #endregion

        string[] lines = await File.ReadAllLinesAsync(path, cancellationToken);
        Assert.Equal(orders.Select(order => $"{order.Id} {order.What}").Order(), lines.Order());
    }

    [Fact]
    public async Task Files_AreRolled()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = folder["app.log"];

        #region append-log-roll
        var options = new AppendLogOptions
        {
            Roll = new AppendLogRoll { Daily = true, MaxFileBytes = 100_000_000, MaxRolledFiles = 31 },
        };
        await using AppendLog log = await AppendLog.OpenAsync(path, options, cancellationToken);
        #endregion

        await log.AppendAsync("first", cancellationToken: cancellationToken);
        await log.CompleteAsync(cancellationToken);
        Assert.Equal([path], folder.Files);
    }

    [Fact]
    public async Task OneCommit_CoversManyLines()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestContext.Current.CancellationToken;
        string path = folder["import.log"];
        string[] rows = ["one", "two", "three"];
        await using AppendLog log = await AppendLog.OpenAsync(path, cancellationToken: cancellationToken);

        #region durability-commit
        foreach (string row in rows) await log.AppendAsync(row, cancellationToken: cancellationToken);
        await log.CommitAsync(CommitLevel.Disk, cancellationToken);
        #endregion

        Assert.Equal(rows, await File.ReadAllLinesAsync(path, cancellationToken));
    }
}
