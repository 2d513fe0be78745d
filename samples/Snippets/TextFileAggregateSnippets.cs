using System.Text;
using AsyncKit.Concurrency;
using AsyncKit.IO;

namespace AsyncKit.Snippets;

public class TextFileAggregateSnippets
{
    private static CancellationToken TestToken => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ALargeFile_IsFoldedByParts()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["access.log"];
        await File.WriteAllTextAsync(path, "200 /a\n404 /b\n200 /c\n", cancellationToken);

        #region text-file-aggregate
        Dictionary<string, int> byStatus = await TextFile.AggregateAsync(
            path,
            seed: () => new Dictionary<string, int>(),
            fold: (ref Dictionary<string, int> counts, ReadOnlySpan<byte> line) =>
            {
                string status = Encoding.ASCII.GetString(line[..3]);
                counts[status] = counts.GetValueOrDefault(status) + 1;
            },
            merge: (first, second) =>
            {
                foreach ((string status, int count) in second)
                    first[status] = first.GetValueOrDefault(status) + count;
                return first;
            },
            new ConcurrencyLimit(Environment.ProcessorCount),
            cancellationToken: cancellationToken);
        #endregion

        Assert.Equal(2, byStatus["200"]);
        Assert.Equal(1, byStatus["404"]);
    }

    [Fact]
    public async Task ALineFolder_ChangesAValueInPlace()
    {
        using var folder = new TemporaryFolder();
        CancellationToken cancellationToken = TestToken;
        string path = folder["server.log"];
        await File.WriteAllTextAsync(path, "INFO up\nERROR disk\nERROR net\n", cancellationToken);
        var limit = new ConcurrencyLimit(2);

        #region line-folder
        LineFolder<(long Lines, long Errors)> fold = static (ref sums, line) =>
        {
            sums.Lines++;
            if (line.StartsWith("ERROR"u8)) sums.Errors++;
        };
        (long lines, long errors) = await TextFile.AggregateAsync(
            path,
            seed: static () => default,
            fold,
            merge: static (first, second) => (first.Lines + second.Lines, first.Errors + second.Errors),
            limit,
            cancellationToken: cancellationToken);
        #endregion

        Assert.Equal((3, 2), (lines, errors));
    }
}
